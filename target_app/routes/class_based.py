"""The class-based form of an endpoint, at ``/class/ws``: Starlette's ``WebSocketEndpoint``."""

from contextlib import suppress

from fastapi import APIRouter, WebSocket, WebSocketException, status
from starlette.endpoints import WebSocketEndpoint
from starlette.types import Message

from target_app.conversation import PEER_GONE
from target_app.traffic import Traffic

router = APIRouter()


@router.websocket_route("/class/ws")
class Echo(WebSocketEndpoint):
    """Answer each text message with ``Message text was: …``; a binary one closes 1003.

    As Starlette's class does, without a traceback for a wrong type or for a peer that leaves during a reply.
    """

    # Starlette gives on_disconnect the close code and decode the socket; neither is needed here.
    # ruff: noqa: ARG002

    encoding = "text"

    async def on_connect(self, websocket: WebSocket) -> None:
        """Accept and count."""
        await websocket.accept()
        _traffic(websocket).opened()

    async def decode(self, websocket: WebSocket, message: Message) -> str:
        """The text of a message.

        Raises:
            WebSocketException: it is binary (1003 unsupported data).
        """
        text: str | None = message.get("text")
        if text is None:
            raise WebSocketException(status.WS_1003_UNSUPPORTED_DATA, "expected a text message")
        return text

    async def on_receive(self, websocket: WebSocket, data: str) -> None:
        """Reply; if the peer has gone, its disconnect is the next message."""
        traffic = _traffic(websocket)
        traffic.messages_in += 1
        with suppress(*PEER_GONE):
            await websocket.send_text(f"Message text was: {data}")
            traffic.messages_out += 1

    async def on_disconnect(self, websocket: WebSocket, close_code: int) -> None:
        """Count the end."""
        _traffic(websocket).closed()


def _traffic(websocket: WebSocket) -> Traffic:
    """The app's counters."""
    traffic: Traffic = websocket.app.state.traffic
    return traffic
