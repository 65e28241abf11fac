"""Echoes of the other two kinds of message: binary at ``/ws/bytes``, JSON at ``/ws/json``."""

import json

from fastapi import APIRouter, WebSocket, WebSocketException, status

from target_app.conversation import conversation, receive_bytes, receive_text

router = APIRouter()


@router.websocket("/ws/bytes")
async def echo_bytes(websocket: WebSocket) -> None:
    """Send each binary message back unchanged; a text one closes 1003."""
    await websocket.accept()
    async with conversation(websocket) as traffic:
        while True:
            payload = await receive_bytes(websocket)
            traffic.messages_in += 1
            await websocket.send_bytes(payload)
            traffic.messages_out += 1


@router.websocket("/ws/json")
async def echo_json(websocket: WebSocket) -> None:
    """Send the value of each JSON message back as compact JSON text.

    A binary message closes 1003 (a type of message this endpoint does not take). Text that is not JSON closes
    1007 (contents that do not fit the type): the message is of the right type, and a client can tell its two
    mistakes apart. Starlette's class-based endpoint uses 1003 for both.
    """
    await websocket.accept()
    async with conversation(websocket) as traffic:
        while True:
            reply = _compact(await receive_text(websocket))
            traffic.messages_in += 1
            await websocket.send_text(reply)
            traffic.messages_out += 1


def _compact(text: str) -> str:
    """The same JSON value without spaces.

    Raises:
        WebSocketException: not JSON, or not to be sent back as JSON in UTF-8: NaN and infinities, half a
            surrogate pair, an integer or a nesting beyond Python's limits (1007 invalid payload).
    """
    try:
        reply = json.dumps(json.loads(text), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        reply.encode()  # half a surrogate pair fails here, not in the server
    except (ValueError, RecursionError):
        raise WebSocketException(status.WS_1007_INVALID_FRAME_PAYLOAD_DATA, "expected JSON") from None
    return reply
