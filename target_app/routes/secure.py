"""``Security`` in a WebSocket endpoint: ``/secure/ws`` asks for a bearer token."""

from typing import Annotated

from fastapi import APIRouter, Security, WebSocket, WebSocketException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from target_app.conversation import conversation, receive_text

router = APIRouter()

# auto_error would answer HTTP 401, and uvicorn then logs an error of its own for every such refusal.
_bearer = HTTPBearer(auto_error=False)


async def bearer_token(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> str:
    """The token of the header ``Authorization: Bearer …``; which one does not matter here.

    Raises:
        WebSocketException: missing, empty or of another scheme. It is raised before the connection is
        accepted,
            so the peer gets HTTP 403; a browser, which cannot set the header, reports 1006.
    """
    if credentials is None:
        raise WebSocketException(status.WS_1008_POLICY_VIOLATION, "a bearer token is required")
    return credentials.credentials


@router.websocket("/secure/ws", dependencies=[Security(bearer_token)])
async def secure(websocket: WebSocket) -> None:
    """Answer each text message with ``Message text was: …``; a binary one closes 1003."""
    await websocket.accept()
    async with conversation(websocket) as traffic:
        while True:
            text = await receive_text(websocket)
            traffic.messages_in += 1
            await websocket.send_text(f"Message text was: {text}")
            traffic.messages_out += 1
