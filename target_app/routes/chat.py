"""The chat of everybody at ``/ws/{client_id}``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import APIRouter, WebSocket, WebSocketException, status

from target_app.backplane.protocol import BackplaneDown
from target_app.broadcast.inbox import inbox
from target_app.broadcast.manager import ConnectionManager
from target_app.conversation import conversation, receive_text

router = APIRouter()


@router.websocket("/ws/{client_id}")
async def chat(websocket: WebSocket, client_id: int) -> None:
    """Tell the sender what it wrote, then everybody, the sender too; tell the others when it leaves.

    The ID is a label that the client chose, not an identity: two connections may share one, so that a client
    can come back before the server has noticed that its old connection is dead. The room knows connections,
    not IDs, and the end of one never touches the other. A binary message closes 1003; a backplane that takes
    no broadcasts closes 1013.
    """
    manager: ConnectionManager = websocket.app.state.manager
    async with _backplane_needed():
        await manager.connect(websocket)
    try:
        async with conversation(websocket) as traffic, inbox(websocket) as messages, _backplane_needed():
            while True:
                text = await receive_text(messages)
                traffic.messages_in += 1
                await manager.send_personal_message(f"You wrote: {text}", websocket)
                await manager.broadcast(f"Client #{client_id} says: {text}")
    finally:
        manager.disconnect(websocket)
        with suppress(BackplaneDown):
            await manager.broadcast(f"Client #{client_id} left the chat")


@asynccontextmanager
async def _backplane_needed() -> AsyncIterator[None]:
    """Ask the client to come back later when the backplane is down.

    Raises:
        WebSocketException: it is (1013 try again later).
    """
    try:
        yield
    except BackplaneDown:
        raise WebSocketException(status.WS_1013_TRY_AGAIN_LATER, "the chat is out of order") from None
