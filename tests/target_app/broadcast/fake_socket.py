"""A WebSocket that keeps what it is sent."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocketDisconnect

from target_app.broadcast.frame import EXTENSION, OnRoom, Write

# The arguments have the names that callers use.
# ruff: noqa: ARG002


class FakeSocket:
    """What a connection manager needs of a WebSocket whose server frames itself.

    Attributes:
        scope: of the connection.
        received: the texts it was sent.
        error: raised by every send when set.
        on_send: called after every send that succeeded.
        room: cleared, every send waits until it is set.
        closed: code of the close frame.
    """

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {"extensions": {}}
        self.accepted = False
        self.received: list[str] = []
        self.error: Exception | None = None
        self.on_send: Callable[[], None] = lambda: None
        self.room = asyncio.Event()
        self.room.set()
        self.closed: int | None = None

    async def accept(self) -> None:
        self.accepted = True

    async def send(self, message: dict[str, Any]) -> None:
        await self.room.wait()
        if self.error is not None:
            raise self.error
        self.received.append(message["text"])
        self.on_send()

    async def send_text(self, message: str) -> None:
        await self.send({"type": "websocket.send", "text": message})

    async def close(self, code: int, reason: str) -> None:
        await self.room.wait()
        self.closed = code

    def open_room(self) -> None:
        """The peer reads again."""
        self.room.set()

    def close_room(self) -> None:
        """The peer stops reading."""
        self.room.clear()


class FramedSocket(FakeSocket):
    """The same on a server that takes frames."""

    def __init__(self) -> None:
        super().__init__()
        self.scope["extensions"][EXTENSION] = {"connection": self}
        self.is_open = True
        self._watcher: OnRoom | None = None

    def watch(self, on_room: OnRoom | None) -> None:
        self._watcher = on_room
        self._tell()

    def close_within(self, code: int, reason: str, seconds: float) -> None:
        self.closed = code
        self.is_open = False
        self._tell()

    def open_room(self) -> None:
        super().open_room()
        self._tell()

    def close_room(self) -> None:
        super().close_room()
        self._tell()

    def _tell(self) -> None:
        write: Write | None = self._write if self.is_open and self.room.is_set() else None
        if self._watcher is not None:
            self._watcher(write)

    def _write(self, frame: bytes) -> None:
        if self.error is not None:
            raise self.error
        assert frame[0] == 0x81
        start = {126: 4, 127: 10}.get(frame[1], 2)
        self.received.append(frame[start:].decode())
        self.on_send()


GONE = WebSocketDisconnect(1006)


def texts(count: int, first: int = 0) -> list[str]:
    """Messages of one size, numbered."""
    return [json.dumps({"number": number}) for number in range(first, first + count)]
