"""A reader that never rests: pings, pongs, closes and messages are taken while the handler is busy."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import WebSocket, status
from starlette.types import Message

# Messages of one client that wait for its handler, and their bytes; then reading stops, and TCP slows the client
# down.
LIMIT = 16
SIZE = 1024 * 1024


class Inbox:
    """What a client has sent and its handler has not yet taken.

    uvicorn stops reading after each message until the application takes it. A handler that waits for something
    else (a publication to other processes, a database) then sees no pong, and its healthy client is closed
    1011; nor does it see a close.

    When the inbox is full its reader holds one message more, and the server reads up to the one after that; pings
    and closes behind those are seen when the handler has taken something.

    Args:
        websocket: accepted; nobody else may receive from it.
        limit: messages that may wait, >= 1.
        size: most bytes of them, >= 1; one message may wait alone, however large.
    """

    def __init__(self, websocket: WebSocket, limit: int, size: int) -> None:
        self._websocket = websocket
        self._waiting: asyncio.Queue[Message] = asyncio.Queue(limit)
        self._limit = size
        self._size = 0
        self._taken = asyncio.Event()

    async def receive(self) -> Message:
        """The next ASGI message, as ``WebSocket.receive`` gives it; the disconnect comes last."""
        message = await self._waiting.get()
        self._size -= _size(message)
        self._taken.set()
        return message

    async def read(self) -> None:
        """Take messages until the peer has left."""
        while True:
            try:
                message = await self._websocket.receive()
            except (RuntimeError, OSError):
                message = {"type": "websocket.disconnect", "code": status.WS_1006_ABNORMAL_CLOSURE}
            await self._put(message)
            if message["type"] == "websocket.disconnect":
                return

    async def _put(self, message: Message) -> None:
        """Add a message when its bytes have room among those that wait, or nothing waits."""
        size = _size(message)
        while self._size and self._size + size > self._limit:
            self._taken.clear()
            await self._taken.wait()
        self._size += size
        await self._waiting.put(message)


@asynccontextmanager
async def inbox(websocket: WebSocket, limit: int = LIMIT, size: int = SIZE) -> AsyncIterator[Inbox]:
    """An inbox with its reader running, for as long as the block lasts."""
    found = Inbox(websocket, limit, size)
    reading = asyncio.create_task(found.read())
    try:
        yield found
    finally:
        reading.cancel()
        await asyncio.wait((reading,))


def _size(message: Message) -> int:
    """The bytes of a message's payload."""
    text: str | None = message.get("text")
    if text is None:
        return len(message.get("bytes") or b"")
    return len(text) if text.isascii() else len(text.encode())
