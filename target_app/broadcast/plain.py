"""Clients of servers that frame themselves and whose send may wait: stock uvicorn, hypercorn, granian."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from fastapi import WebSocket, status

from target_app.broadcast.client import TOO_SLOW, Client, OnGone
from target_app.broadcast.counters import HubCounters
from target_app.broadcast.frame import Message
from target_app.broadcast.inbox import CLOSE
from target_app.broadcast.outbox import Limits
from target_app.conversation import PEER_GONE


class PlainClient(Client):
    """A send that does not finish at once is finished by a writer task, and the outbox after it.

    So a server never has more than one message of ours to wait with.
    """

    __slots__ = ("_is_gone", "_writer")

    def __init__(
        self,
        websocket: WebSocket,
        limits: Limits,
        counters: HubCounters,
        on_gone: OnGone,
    ) -> None:
        super().__init__(websocket, limits, counters, on_gone)
        self.is_idle = True
        self._is_gone = False
        self._writer: asyncio.Task[None] | None = None

    def hold(self, message: Message) -> None:
        """As ``Client.hold``, for a connection that is in the hub."""
        if not self._is_gone:
            super().hold(message)

    def finish(self, sending: Coroutine[Any, Any, None]) -> None:
        """Start the writer, with a send that waits."""
        self.is_idle = False
        self._writer = asyncio.create_task(self._write(sending))

    def end(self) -> None:
        """As ``Client.end``; a send that waits for room is not sent."""
        super().end()
        self._is_gone = True
        if self._writer is not None and self._writer is not asyncio.current_task():
            self._writer.cancel()
        self._writer = None

    def close_slow(self) -> None:
        """Close when the server has room for a close frame: when the peer reads; if it goes first, no matter."""
        closing = asyncio.create_task(self._close())
        _closing.add(closing)
        closing.add_done_callback(_closing.discard)

    async def _close(self) -> None:
        close = self.websocket.scope.get(CLOSE, self.websocket.close)
        with suppress(*PEER_GONE):
            await close(status.WS_1013_TRY_AGAIN_LATER, TOO_SLOW)

    async def _write(self, sending: Coroutine[Any, Any, None]) -> None:
        await sending
        while self._outbox.waiting:
            try:
                await self.send(self._outbox.pop().event)
            except Exception as error:
                self.fail(error)
            else:
                self._counters.deliveries += 1
        self._writer = None
        self.is_idle = not self._is_gone


# The event loop holds tasks weakly: a closing one has to be held until it is done.
_closing: set[asyncio.Task[None]] = set()
