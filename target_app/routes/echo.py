"""The echo at ``/ws``."""

from fastapi import APIRouter, WebSocket

from target_app.conversation import conversation, receive_text

router = APIRouter()


@router.websocket("/ws")
async def echo(websocket: WebSocket) -> None:
    """Answer each text message with ``Message text was: …``; a binary one closes 1003."""
    await websocket.accept()
    async with conversation(websocket) as traffic:
        while True:
            text = await receive_text(websocket)
            traffic.messages_in += 1
            await websocket.send_text(f"Message text was: {text}")
            traffic.messages_out += 1
