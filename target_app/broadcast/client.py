"""The way out to one client: at once when nothing waits and there is room, through its outbox otherwise.

Nothing here waits, and nothing here raises for a peer that is gone.
"""

import asyncio
import logging
import types
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from typing import Any

from fastapi import WebSocket, status

from target_app.broadcast.counters import HubCounters
from target_app.broadcast.frame import EXTENSION, FramedConnection, Message
from target_app.broadcast.outbox import Limits, Outbox
from target_app.conversation import PEER_GONE

TOO_SLOW = "too slow: messages were waiting beyond the limit"

_log = logging.getLogger(__name__)


class Client:
    """A connection in the hub, whatever its server.

    Attributes:
        websocket: the connection.
        rooms: where it is; the hub's to change.
    """

    __slots__ = ("_counters", "_limits", "_on_gone", "_outbox", "rooms", "websocket")

    def __init__(
        self,
        websocket: WebSocket,
        limits: Limits,
        counters: HubCounters,
        on_gone: Callable[[WebSocket], None],
    ) -> None:
        self.websocket = websocket
        self.rooms: set[str] = set()
        self._limits = limits
        self._counters = counters
        self._on_gone = on_gone
        self._outbox = Outbox(limits, counters)

    def deliver(self, message: Message) -> bool:
        """Send now if nothing waits and there is room, else let it wait; True when it was sent now."""
        raise NotImplementedError

    def end(self) -> None:
        """The connection has left the hub: forget what waits for it."""
        self._outbox.clear()

    def fail(self, error: Exception) -> None:
        """Leave the hub because a send went wrong; what is not a peer's leaving is counted and logged."""
        if not isinstance(error, PEER_GONE):
            self._counters.send_errors += 1
            _log.warning("A client was removed: its send failed", exc_info=error)
        self._on_gone(self.websocket)

    def _close_slow(self) -> None:
        """Close the connection, whose outbox is full."""
        raise NotImplementedError

    def _hold(self, message: Message) -> None:
        if not self._outbox.put(message):
            self._counters.slow_closes += 1
            self._on_gone(self.websocket)
            self._close_slow()


class FramedClient(Client):
    """Under a server that takes frames: it says when there is room, so no task is needed."""

    __slots__ = ("_connection", "_try_write", "_waiting")

    def __init__(self, connection: FramedConnection, *settings: Any) -> None:
        super().__init__(*settings)
        self._connection = connection
        self._try_write = connection.try_write
        self._waiting = self._outbox.waiting
        connection.on_writable = self._drain

    def deliver(self, message: Message) -> bool:
        """As ``Client.deliver``."""
        if not self._waiting and self._try_write(message.frame):
            return True
        if self._connection.is_open:
            self._hold(message)
        else:
            self._on_gone(self.websocket)
        return False

    def end(self) -> None:
        """As ``Client.end``."""
        super().end()
        self._connection.on_writable = None

    def _close_slow(self) -> None:
        self._connection.close_within(status.WS_1013_TRY_AGAIN_LATER, TOO_SLOW, self._limits.close_within)

    def _drain(self) -> None:
        while self._waiting and self._try_write(self._waiting[0].frame):
            self._outbox.pop()
            self._counters.deliveries += 1


class PlainClient(Client):
    """Under any other server: a send that does not finish at once is finished by a writer task.

    The first step of a send runs in the caller's task. A server or middleware whose send asks for the current
    task before it first waits (``asyncio.timeout``) therefore sees that of the broadcaster; uvicorn's,
    hypercorn's and granian's do not ask.
    """

    __slots__ = ("_is_gone", "_writer")

    def __init__(self, *settings: Any) -> None:
        super().__init__(*settings)
        self._is_gone = False
        self._writer: asyncio.Task[None] | None = None

    def deliver(self, message: Message) -> bool:
        """As ``Client.deliver``."""
        if self._writer is not None:
            self._hold(message)
            return False
        if self._is_gone:
            return False
        sending = self.websocket.send(message.event)
        try:
            waiting = sending.send(None)
        except StopIteration:
            return True
        except Exception as error:
            self.fail(error)
            return False
        self._writer = asyncio.create_task(self._write(_resume(sending, waiting)))
        return False

    def end(self) -> None:
        """As ``Client.end``; the task ends too, and a send that waits for room is not sent."""
        super().end()
        self._is_gone = True
        if self._writer is not None:
            self._writer.cancel()
            self._writer = None

    def _close_slow(self) -> None:
        # The server has no room for a close frame either: this ends when the peer reads or goes.
        closing = asyncio.create_task(self._close())
        _closing.add(closing)
        closing.add_done_callback(_closing.discard)

    async def _close(self) -> None:
        with suppress(*PEER_GONE):
            await self.websocket.close(status.WS_1013_TRY_AGAIN_LATER, TOO_SLOW)

    async def _write(self, first: Coroutine[Any, Any, None]) -> None:
        try:
            await first
            self._counters.deliveries += 1
            while self._outbox.waiting:
                await self.websocket.send(self._outbox.pop().event)
                self._counters.deliveries += 1
        except Exception as error:
            self._writer = None
            self.fail(error)
        else:
            self._writer = None


# The event loop holds tasks weakly: a closing one has to be held until it is done.
_closing: set[asyncio.Task[None]] = set()


def client_for(
    websocket: WebSocket, limits: Limits, counters: HubCounters, on_gone: Callable[[WebSocket], None]
) -> Client:
    """The client that suits the connection's server.

    Args:
        websocket: accepted.
        limits: of its outbox.
        counters: where it counts.
        on_gone: called when it has to leave the hub, before ``end``.
    """
    extension = websocket.scope.get("extensions", {}).get(EXTENSION)
    if extension is None:
        return PlainClient(websocket, limits, counters, on_gone)
    return FramedClient(extension["connection"], websocket, limits, counters, on_gone)


@types.coroutine
def _resume(sending: Coroutine[Any, Any, None], waiting: Any) -> Generator[Any, Any, None]:
    """The rest of a coroutine that has been stepped once and waits for ``waiting``."""
    advance: Callable[[Any], Any]
    while True:
        try:
            result = yield waiting
        except GeneratorExit:
            sending.close()
            raise
        except BaseException as error:
            advance, argument = sending.throw, error
        else:
            advance, argument = sending.send, result
        try:
            waiting = advance(argument)
        except StopIteration:
            return
