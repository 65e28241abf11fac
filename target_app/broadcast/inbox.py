"""A reader that never rests: pings, pongs, closes and messages are taken while the handler is busy."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import WebSocket, status
from starlette.types import Message

# Messages of one client that wait for its handler; then reading stops, and TCP slows the client down.
LIMIT = 16


class Inbox:
    """What a client has sent and its handler has not yet taken.

    uvicorn stops reading after each message until the application takes it. A handler that waits for something
    else (a publication to other processes, a database) then sees no pong, and its healthy client is closed
    1011; nor does it see a close.

    Args:
        websocket: accepted; nobody else may receive from it.
        limit: messages that may wait, >= 1.
    """

    def __init__(self, websocket: WebSocket, limit: int) -> None:
        self._websocket = websocket
        self._waiting: asyncio.Queue[Message] = asyncio.Queue(limit)

    async def receive(self) -> Message:
        """The next ASGI message, as ``WebSocket.receive`` gives it; the disconnect comes last."""
        return await self._waiting.get()

    async def read(self) -> None:
        """Take messages until the peer has left."""
        while True:
            try:
                message = await self._websocket.receive()
            except (RuntimeError, OSError):
                message = {"type": "websocket.disconnect", "code": status.WS_1006_ABNORMAL_CLOSURE}
            await self._waiting.put(message)
            if message["type"] == "websocket.disconnect":
                return


@asynccontextmanager
async def inbox(websocket: WebSocket, limit: int = LIMIT) -> AsyncIterator[Inbox]:
    """An inbox with its reader running, for as long as the block lasts."""
    found = Inbox(websocket, limit)
    reading = asyncio.create_task(found.read())
    try:
        yield found
    finally:
        reading.cancel()
        await asyncio.wait((reading,))
