"""One agent's connections: opened at their time, counted, closed."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property, partial

import msgspec
import numpy as np
import numpy.typing as npt

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.connection import (
    Connection,
    Driver,
    Ended,
    Events,
    HandshakeFailed,
    Settings,
    reason_of,
)
from wswarm.drive.drivers.following import connect_following
from wswarm.drive.drivers.manner import Own
from wswarm.drive.numbers import capture_for
from wswarm.drive.pings import Pinger
from wswarm.drive.ramp import run_at
from wswarm.drive.row import Row as Row
from wswarm.drive.row import opened_columns, opened_rooms
from wswarm.drive.said import Own as Hidden
from wswarm.drive.said import Said
from wswarm.drive.takers import Takers, takers
from wswarm.load.manner import Manner
from wswarm.load.request import request_for
from wswarm.results.redact import Redactor
from wswarm.stats.findings import STILL_OPEN, Sockets, Words, pack

Int64s = npt.NDArray[np.int64]

_GOODBYE_S = 0.05


class Swarm:
    """All connections of one agent.

    Attributes:
        rows: In the order in which they were asked for.
        lost_in_load: Rows of connections that were lost since the load began.
        changed: Rows that were added, opened, were lost or told to leave since somebody looked, and cleared it.
        open: Connections open now; `opened`: ever.
        is_enough: Set it, and no more connections are begun that have a moment to begin.
        said: What the target said of failed handshakes and lost connections.
        addresses: Connections that were opened, by the address that they lead to.
        on_writable: Called with a row whose write buffer has room again.
        on_marked: Called with a row and the marked message that it received, if `is_replying` was set before opening.
        on_heard: If set, called with a row and each message that it received, and when.
        on_ended: Called with a row when its connection was lost, with how.
    """

    def __init__(self, manner: Manner, prefix: bytes, driver: Driver, settings: Settings) -> None:
        self.rows: list[Row] = []
        self.capture = capture_for(manner.template, prefix)
        self.said = Said(Redactor(msgspec.structs.asdict(manner)), prefix, manner.template)
        self.addresses: Counter[str] = Counter()
        self.failed_ns: list[int] = []
        self.subprotocols: Counter[str] = Counter()
        self.open = self.opened = 0
        self.changed: set[int] = set()
        self.lost_in_load: list[int] = []
        self.on_writable: Callable[[int], None] = _ignore
        self.on_marked: Callable[[int, bytes], None] = _ignore
        self.on_heard: Callable[[int, bytes, int], None] | None = None
        self.on_ended: Callable[[int, Ended], None] = _ignore
        self.is_replying = False
        self._manner, self._prefix, self._ids = manner, prefix, list[int]()
        self._driver, self._settings = driver, settings
        self._pinger = Pinger(manner.ping, self._ping) if manner.ping is not None else None
        self._is_closing = False
        self.is_enough = asyncio.Event()

    async def open_all(
        self,
        rows: Sequence[int],
        starts_ns: Sequence[int],
        own: Own | None = None,
        on_decided: Callable[[int, str | None], None] | None = None,
    ) -> None:
        """Open the connections of rows at their moments; returns when each that was begun is open or has failed.

        Args:
            own: A manner of their own.
            on_decided: Called with a row and why it failed, `None` if it opened.
        """
        moments = zip(rows, starts_ns, strict=True)
        await run_at(
            [(start_ns, partial(self._open_one, row, own, on_decided)) for row, start_ns in moments],
            self.is_enough,
        )

    async def _open_one(
        self, row: int, own: Own | None, on_decided: Callable[[int, str | None], None] | None
    ) -> None:
        failure = await self.open_one(row, own)
        if on_decided is not None:
            on_decided(row, failure)

    def begin_load(self) -> None:
        """Let go of what a load before has left: messages that wait for room, and who answers replies."""
        for row in self.rows:
            row.backlog = None
        self.on_marked = _ignore
        self.lost_in_load = []
        self.capture.forget()

    async def close_all(self) -> None:
        """Say goodbye on every connection, then end them all at once."""
        self._is_closing = True
        if self._pinger is not None:
            self._pinger.stop()
        held = (row.connection for row in self.rows)
        connections = [one for one in held if one is not None and one.is_open]
        for connection in connections:
            connection.say_goodbye()
        if connections:
            await asyncio.sleep(_GOODBYE_S)
        for connection in connections:
            connection.abort()

    def times_ns(self, rows: Sequence[int]) -> Int64s:
        """Return of rows when each opened, was lost, was told to leave, three arrays; `STILL_OPEN` for not (yet)."""
        of_rows = [self.rows[number] for number in rows]
        opened_ns = [STILL_OPEN if row.timing is None else row.timing.opened_ns for row in of_rows]
        return np.array(
            [opened_ns, [row.closed_ns for row in of_rows], [row.left_ns for row in of_rows]], np.int64
        )

    def left_ns(self) -> Int64s:
        """Return per row when it was told to leave before the end, else `STILL_OPEN`."""
        return np.array([row.left_ns for row in self.rows], np.int64)

    def closed_ns(self) -> Int64s:
        """Return per row when it was lost; not yet: `STILL_OPEN`."""
        return np.array([row.closed_ns for row in self.rows], np.int64)

    def rows_open(self) -> Int64s:
        """Return the rows that are open now."""
        connections = enumerate(row.connection for row in self.rows)
        return np.array([row for row, one in connections if one is not None and one.is_open], np.int64)

    def ids(self, rows: Int64s) -> Int64s:
        """Return the `{id}` of each of the rows."""
        return np.array([self._ids[row] for row in rows.tolist()], np.int64)

    def id_of(self, row: int) -> int:
        """Return the `{id}` of a row."""
        return self._ids[row]

    def words(self) -> Words:
        """Return what the target said where something else was expected."""
        samples = self.capture.samples
        unmarked = [self.said.quoted(payload) for payload in samples.kept]
        return Words(refusals=dict(self.said.refusals), unmarked=unmarked, altered=samples.altered)

    def sockets(self, spoke_ns: Int64s | None = None) -> Sockets:
        """Return how the connections fared.

        Args:
            spoke_ns: Per row when something was sent on it last, 0 for never; `None`: nobody sends.
        """
        has_opened, columns = opened_columns(self.rows)
        started, tcp, tls, upgrade, opened_ns, closed_ns, left_ns, ending = map(pack, columns)
        return Sockets(
            requested=len(self.rows),
            started_ns=started,
            tcp_ns=tcp,
            tls_ns=tls,
            upgrade_ns=upgrade,
            opened_ns=opened_ns,
            closed_ns=closed_ns,
            failed_ns=pack(np.array(self.failed_ns, np.int64)),
            failures=dict(self.said.failures),
            subprotocols=dict(self.subprotocols),
            closes=dict(self.said.closes),
            left_ns=left_ns,
            endings=list(self.said.endings),
            ending=ending,
            spoke_ns=pack(spoke_ns[has_opened]) if spoke_ns is not None else b"",
            rooms=opened_rooms(self.rows, self._ids, self._manner.rooms),
            addresses=dict(self.addresses),
            pings=self._pinger.figures() if self._pinger is not None else None,
        )

    def add(self, connection_id: int) -> int:
        """Return a new row for one more connection, which is not opened yet."""
        self._ids.append(connection_id)
        self.changed.add(len(self.rows))
        self.rows.append(Row())
        return len(self.rows) - 1

    def leave(self, number: int) -> None:
        """Say goodbye on one connection before the end, and end it a little later; one not open is only marked."""
        row = self.rows[number]
        if row.left_ns != STILL_OPEN or row.closed_ns != STILL_OPEN:
            return
        row.left_ns = now_ns()
        self.changed.add(number)
        row.backlog = row.payload = None
        self._ping_no_more(number)
        if row.connection is not None and row.connection.is_open:
            self.open -= 1
            row.connection.say_goodbye()
            asyncio.get_running_loop().call_later(_GOODBYE_S, row.connection.abort)
        row.connection = None

    async def open_one(self, number: int, own: Own | None = None) -> str | None:
        """Open the connection of a row, in a manner of its own; return why it failed, `None` if it opened."""
        row = self.rows[number]
        manner, driver, settings = own or (self._manner, self._driver, self._settings)
        own_settings = msgspec.structs.asdict(manner) if own is not None else None
        if own_settings is not None:
            self.said.learn(own_settings)
        request = request_for(manner, self._ids[number], self._prefix)
        row.payload = request.payload
        events = self._events(number, own_settings)
        try:
            connect = partial(connect_following, driver) if manner.follow else driver
            connection = await connect(request, number, settings, events)
        except Exception as error:  # whatever went wrong, the handshake failed and that is data
            self.failed_ns.append(now_ns())
            detail = error.detail if isinstance(error, HandshakeFailed) else ""
            return self.said.note_failure(reason_of(error), detail, own_settings)
        row.timing = connection.timing
        self.changed.add(number)
        self._count(connection, manner)
        if not connection.is_open:
            return None  # lost between the upgrade response and now; `_note_closed` has been told
        row.connection = connection
        self.open += 1
        if self._pinger is not None:
            self._pinger.add(number)
        if row.left_ns != STILL_OPEN:
            row.left_ns = STILL_OPEN
            self.leave(number)
            return None
        for message in request.on_open:
            connection.say(message.payload, is_binary=message.is_binary)
        return None

    def _events(self, number: int, own: Hidden | None) -> Events:
        take, frames = self._takers
        return Events(
            row=number,
            take=take,
            unmarked=self.capture.note_unmarked,
            closed=partial(self._note_closed, number, own),
            writable=lambda: self.on_writable(number),
            pong=_ignore if self._pinger is None else partial(self._pinger.note_pong, number),
            frames=frames,
        )

    def _count(self, connection: Connection, manner: Manner) -> None:
        self.opened += 1
        self.addresses[connection.address] += 1
        if manner.subprotocols:
            self.subprotocols[connection.subprotocol or "none"] += 1

    @cached_property
    def _takers(self) -> Takers:
        return takers(self.capture, self)

    def _ping(self, number: int, payload: bytes) -> bool:
        connection = self.rows[number].connection
        if connection is None or not connection.is_open or not connection.is_writable:
            return False
        connection.ping(payload)
        return True

    def _ping_no_more(self, number: int) -> None:
        if self._pinger is not None:
            self._pinger.remove(number)

    def _note_closed(self, number: int, own: Hidden | None, ended: Ended) -> None:
        row = self.rows[number]
        if self._is_closing or row.closed_ns != STILL_OPEN or row.left_ns != STILL_OPEN:
            return
        row.closed_ns = now_ns()
        self.changed.add(number)
        self._ping_no_more(number)
        row.ending = self.said.note_ending(ended, own)
        if row.connection is not None:
            self.open -= 1
            self.lost_in_load.append(number)
            row.connection = None
        self.on_ended(number, ended)


def _ignore(*_: object) -> None:
    """Do nothing: before the load there is nothing to send or to answer, and what ended is in the figures."""
