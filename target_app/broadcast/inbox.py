"""A reader that never rests: pings, pongs, closes and messages are taken while the handler is busy."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import WebSocket, status
from starlette.types import Message

# The key in the scope of a connection that has an inbox: how to close it from elsewhere.
CLOSE = "wswarm.close"

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
        self._reading: asyncio.Task[None] | None = None
        self._is_over = False

    def start(self) -> None:
        """Start the reader, unless it has been stopped for good."""
        if not self._is_over:
            self._reading = asyncio.create_task(self._read())

    async def stop(self) -> None:
        """Stop the reader for good."""
        self._is_over = True
        await self._pause()

    async def close(self, code: int, reason: str) -> None:
        """As ``WebSocket.close``, the reader pausing: granian sends no close frame while a receive waits."""
        await self._pause()
        try:
            await self._websocket.close(code, reason)
        finally:
            self.start()

    async def receive(self) -> Message:
        """The next ASGI message, as ``WebSocket.receive`` gives it; the disconnect comes last."""
        message = await self._waiting.get()
        self._size -= _size(message)
        self._taken.set()
        return message

    async def _pause(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait((self._reading,))

    async def _read(self) -> None:
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
        await self._waiting.put(message)
        self._size += size


@asynccontextmanager
async def inbox(websocket: WebSocket, limit: int = LIMIT, size: int = SIZE) -> AsyncIterator[Inbox]:
    """An inbox with its reader running, for as long as the block lasts."""
    found = Inbox(websocket, limit, size)
    found.start()
    websocket.scope[CLOSE] = found.close
    try:
        yield found
    finally:
        del websocket.scope[CLOSE]
        await found.stop()


def _size(message: Message) -> int:
    """The bytes of a message's payload."""
    text: str | None = message.get("text")
    if text is None:
        return len(message.get("bytes") or b"")
    return len(text) if text.isascii() else len(text.encode())
