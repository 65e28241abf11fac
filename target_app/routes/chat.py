"""The chat of everybody at ``/ws/{client_id}``."""

from fastapi import APIRouter, WebSocket

from target_app.broadcast.manager import ConnectionManager
from target_app.conversation import conversation, receive_text

router = APIRouter()


@router.websocket("/ws/{client_id}")
async def chat(websocket: WebSocket, client_id: int) -> None:
    """Tell the sender what it wrote, then everybody, the sender too; tell the others when it leaves.

    The ID is a label that the client chose, not an identity: two connections may share one, so that a client
    can come back before the server has noticed that its old connection is dead. The room knows connections,
    not IDs, and the end of one never touches the other. A binary message closes 1003.
    """
    manager: ConnectionManager = websocket.app.state.manager
    await manager.connect(websocket)
    try:
        async with conversation(websocket) as traffic:
            while True:
                text = await receive_text(websocket)
                traffic.messages_in += 1
                await manager.send_personal_message(f"You wrote: {text}", websocket)
                await manager.broadcast(f"Client #{client_id} says: {text}")
    finally:
        manager.disconnect(websocket)
        await manager.broadcast(f"Client #{client_id} left the chat")
