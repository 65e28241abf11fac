"""The way out to one client: at once when nothing waits and there is room, through its outbox otherwise.

Nothing here waits, and nothing here raises for a peer that is gone.
"""

import logging
from collections.abc import Callable

from fastapi import WebSocket, status
from starlette.types import Send

from target_app.broadcast.counters import HubCounters
from target_app.broadcast.direct import KEY
from target_app.broadcast.frame import FramedConnection, Message, Write
from target_app.broadcast.outbox import Limits, Outbox
from target_app.conversation import PEER_GONE

TOO_SLOW = "too slow: more was waiting than may wait"

# Told that a client is to leave the hub.
OnGone = Callable[["Client"], None]

_log = logging.getLogger(__name__)


class Client:
    """A connection in the hub, whatever its server.

    Attributes:
        websocket: the connection.
        rooms: where it is; the hub's to change.
        send: the server's, or else the connection's.
        write_now: writes a frame at once; ``None`` when something waits, there is no room, or the server frames
            itself.
        is_idle: without ``write_now``: nothing waits, so ``send`` may be tried; otherwise ``hold`` it.
    """

    __slots__ = (
        "_counters",
        "_limits",
        "_on_gone",
        "_outbox",
        "is_idle",
        "rooms",
        "send",
        "websocket",
        "write_now",
    )

    def __init__(
        self,
        websocket: WebSocket,
        limits: Limits,
        counters: HubCounters,
        on_gone: OnGone,
    ) -> None:
        self.websocket = websocket
        self.send: Send = websocket.scope.get(KEY, websocket.send)
        self.rooms: set[str] = set()
        self.write_now: Write | None = None
        self.is_idle = False
        self._limits = limits
        self._counters = counters
        self._on_gone = on_gone
        self._outbox = Outbox(limits, counters)

    def hold(self, message: Message) -> None:
        """Let a message wait; when there is no place for it, do what the policy says."""
        if not self._outbox.put(message):
            self._counters.slow_closes += 1
            self._on_gone(self)
            self.close_slow()

    def fail(self, error: Exception) -> None:
        """Leave the hub because a send went wrong; what is not a peer's leaving is counted and logged."""
        if not isinstance(error, PEER_GONE):
            self._counters.send_errors += 1
            _log.warning("A client was removed: its send failed", exc_info=error)
        self._on_gone(self)

    def end(self) -> None:
        """The connection has left the hub: forget what waits for it."""
        self._outbox.clear()
        self.write_now = None
        self.is_idle = False

    def close_slow(self) -> None:
        """Close the connection, 1013, because its outbox is full."""
        raise NotImplementedError


class FramedClient(Client):
    """Under a server that takes frames: it says when there is room, so no task is needed."""

    __slots__ = ("_connection", "_room")

    def __init__(
        self,
        connection: FramedConnection,
        websocket: WebSocket,
        limits: Limits,
        counters: HubCounters,
        on_gone: OnGone,
    ) -> None:
        super().__init__(websocket, limits, counters, on_gone)
        self._connection = connection
        self._room: Write | None = None
        connection.watch(self._on_room)

    def hold(self, message: Message) -> None:
        """As ``Client.hold``, for a connection that is open."""
        if not self.rooms:
            return  # it has left the hub while this broadcast was on its way
        if self._connection.is_open:
            super().hold(message)
        else:
            self._on_gone(self)

    def end(self) -> None:
        """As ``Client.end``."""
        super().end()
        self._connection.watch(None)

    def close_slow(self) -> None:
        """Close behind what the server has buffered, with a deadline."""
        self._connection.close_within(status.WS_1013_TRY_AGAIN_LATER, TOO_SLOW, self._limits.close_within)

    def _on_room(self, write: Write | None) -> None:
        """Write what waits while there is room; a write may take the room away, and then calls this."""
        self._room = write
        self.write_now = None
        while self._room is not None and self._outbox.waiting:
            try:
                self._room(self._outbox.pop().frame)
            except Exception as error:
                self.fail(error)
                return
            self._counters.deliveries += 1
        self.write_now = self._room
