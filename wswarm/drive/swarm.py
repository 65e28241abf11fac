"""One agent's connections: opened at their time, counted, closed."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property, partial

import msgspec
import numpy as np
import numpy.typing as npt

from wswarm.drive.attendant import Attendant
from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.connection import Connection, Ended, Events, HandshakeFailed, reason_of
from wswarm.drive.numbers import capture_for
from wswarm.drive.parting import part_from, part_soon
from wswarm.drive.past import Past
from wswarm.drive.preceded import preceded
from wswarm.drive.ramp import Ramp, run_at
from wswarm.drive.row import Row as Row
from wswarm.drive.row import open_rows, rooms_of, sockets_of, times_of
from wswarm.drive.said import Own as Hidden
from wswarm.drive.said import Said
from wswarm.drive.takers import Takers, takers
from wswarm.drive.talk import open_ready
from wswarm.drive.trace import Traces
from wswarm.drive.way import Way
from wswarm.load.fill import Values, fill_bytes
from wswarm.load.speech import Speech
from wswarm.results.redact import Redactor
from wswarm.stats.findings import STILL_OPEN, Sockets, Words, pack

Int64s = npt.NDArray[np.int64]
OnDecided = Callable[[int, str | None], None]


class Swarm:
    """All connections of one agent.

    Attributes:
        rows: In the order in which they were asked for.
        lost_in_load: Rows of connections that were lost since the load began.
        changed: Rows that were added, opened, were lost or told to leave since somebody looked, and cleared it.
        open: Connections open now; `opened`: ever.
        ramp: What else is begun beside these. `is_enough`: set it, and none is begun that has a moment to begin.
        said: What the target said of failed handshakes and lost connections.
        addresses: Connections that were opened, by the address that they lead to.
        on_writable: Called with a row whose write buffer has room again.
        on_marked: Called with a row and the marked message that it received, refused or not, if `is_replying` was set
            before opening.
        on_heard: If set, called with a row and each message that it received, and when.
        traces: Which connections are shown, and to whom.
        is_confirmed: Whether who is ready is in the server's room, as far as it says so.
        on_ended: Called with a row when its connection was lost, with how.
        takers_of: Returns what takes the messages of a row that opens. `values`: what names stand for in it alone.
    """

    def __init__(self, way: Way, prefix: bytes) -> None:
        manner, template = way.manner, way.speech.message
        self.rows: list[Row] = []
        self.capture = capture_for(template, prefix)
        self.said = Said(Redactor(msgspec.structs.asdict(manner), way.values.values()), prefix, template)
        self._skipped = 0
        unmarked = self.capture.note_unmarked if way.speech.is_owed else self.capture.samples.look
        self._attendant = Attendant(self.rows, manner.ping, unmarked, self.said.note_refused)
        self.addresses: Counter[str] = Counter()
        self.subprotocols: Counter[str] = Counter()
        self.open = self.opened = 0
        self.changed, self.failed_ns = set[int](), list[int]()
        self.lost_in_load: list[int] = []
        self.on_writable: Callable[[int], None] = _ignore
        self.on_marked: Callable[[int, bytes], None] = _ignore
        self.on_heard: Callable[[int, bytes, int], None] | None = None
        self.on_ended: Callable[[int, Ended], None] = _ignore
        self.traces = Traces(self.said.shown)
        self.is_replying, self.is_confirmed = False, way.speech.is_confirmed
        self._way, self._prefix, self._ids = way, prefix, list[int]()
        self.values, self.past = dict[int, Values](), Past()
        self._is_closing = False
        self.takers_of: Callable[[int], Takers] = lambda _: self._takers
        self.ramp, self.is_enough = Ramp(), asyncio.Event()

    async def open_all(
        self,
        rows: Sequence[int],
        starts_ns: Sequence[int],
        own: Way | None = None,
        on_decided: OnDecided | None = None,
        at_once: int = 0,
    ) -> None:
        """Open the connections of rows at their moments; returns when each that was begun is open or has failed.

        Args:
            own: A way of their own.
            on_decided: Called with a row and why it failed, `None` if it opened.
            at_once: So many are under way at once at most; 0: any number.
        """
        works = [partial(self._open_one, row, own, on_decided) for row in rows]
        await run_at(list(zip(starts_ns, works, strict=True)), self.is_enough, at_once, self.ramp)

    async def _open_one(self, row: int, own: Way | None, on_decided: OnDecided | None) -> None:
        failure = await self.open_one(row, own)
        if on_decided is not None:
            on_decided(row, failure)

    def end_ramp(self) -> None:
        """Begin no more connections that have a moment to begin, and soon give up those that are not open yet."""
        self.is_enough.set()
        self.ramp.end_soon()

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
        self._attendant.stop()
        await part_from([row.connection for row in self.rows])

    def times_ns(self, rows: Sequence[int]) -> Int64s:
        """Return of rows when each was ready, lost, told to leave, three arrays; `STILL_OPEN` for not (yet)."""
        return times_of([self.rows[number] for number in rows])

    def left_ns(self) -> Int64s:
        """Return per row when it was told to leave before the end, else `STILL_OPEN`."""
        return np.array([row.left_ns for row in self.rows], np.int64)

    def closed_ns(self) -> Int64s:
        """Return per row when it was lost; not yet: `STILL_OPEN`."""
        return np.array([row.closed_ns for row in self.rows], np.int64)

    def rows_open(self) -> Int64s:
        """Return the rows that are open now."""
        return open_rows(self.rows)

    def ids(self, rows: Int64s) -> Int64s:
        """Return the `{id}` of each of the rows."""
        return np.array([self._ids[row] for row in rows.tolist()], np.int64)

    def id_of(self, row: int) -> int:
        """Return the `{id}` of a row."""
        return self._ids[row]

    def values_of(self, row: int) -> Values:
        """Return what names in braces stand for in the connection of a row alone."""
        return self.values.get(row, {})

    def words(self) -> Words:
        """Return what the target said where something else was expected."""
        return self.said.words(self.capture.samples, self._skipped + self._attendant.protocol)

    def sockets(self, spoke_ns: Int64s | None = None, *, is_whole: bool = True) -> Sockets:
        """Return how the connections fared; if not the whole, without what there is of each.

        Args:
            spoke_ns: Per row when something was sent on it last, 0 for never; `None`: nobody sends.
        """
        opened, kept = self.past.opened(self.rows if is_whole else ())
        return msgspec.structs.replace(
            sockets_of(kept, len(self.rows)) if is_whole else Sockets(requested=len(self.rows)),
            spoke_ns=pack(spoke_ns[opened]) if spoke_ns is not None else b"",
            failed_ns=pack(np.array(self.failed_ns, np.int64)),
            failures=dict(self.said.failures),
            subprotocols=dict(self.subprotocols),
            closes=dict(self.said.closes),
            endings=list(self.said.endings),
            rooms=rooms_of(self.ids(opened), self._way.manner.rooms) if is_whole else b"",
            addresses=dict(self.addresses),
            pings=self._attendant.pings(),
        )

    def add(self, connection_id: int, values: Values | None = None) -> int:
        """Return a new row for one more connection, which is not opened yet.

        Args:
            values: What names in braces stand for in it alone.
        """
        self._ids.append(connection_id)
        if values:
            self.values[len(self.rows)] = values
            self.said.learn_values(values.values())
        self.changed.add(len(self.rows))
        self.rows.append(Row())
        return len(self.rows) - 1

    def leave(self, number: int, part: Callable[[Connection], None] = part_soon) -> str | None:
        """Part from one connection before the end, if it is open; return what was refused on it last."""
        row = self.rows[number]
        if row.left_ns != STILL_OPEN or row.closed_ns != STILL_OPEN:
            return None
        row.left_ns = now_ns()
        self.changed.add(number)
        row.backlog = row.payload = None
        refusal = self._attendant.remove(number)
        if row.connection is not None and row.connection.is_open:
            self.open -= 1
            part(row.connection)
        row.connection = None
        return refusal

    async def open_one(self, number: int, own: Way | None = None) -> str | None:
        """Open the connection of a row, in a way of its own; return why it failed, `None` if it was ready."""
        way = own or self._way
        own_settings = msgspec.structs.asdict(way.manner) if own is not None else None
        if own_settings is not None:
            self.said.learn(own_settings)
        own_values = self.values.get(number, {})
        values = way.values_of(self._ids[number], own_values)
        way = way._replace(driver=self.traces.followed(number, self._ids, way.driver))
        ready = partial(self._note_ready, number, way, values)
        try:
            with self.ramp.under_way():
                skipped = await open_ready(way, values, self._events(number, way.speech, own_settings), ready)
        except Exception as error:  # whatever went wrong, the connection failed and that is data
            self.failed_ns.append(now_ns())
            detail = error.detail if isinstance(error, HandshakeFailed) else ""
            return self.said.note_failure(reason_of(error), detail, own_settings, own_values.values())
        self._skipped += skipped
        return None

    def forgive(self, failure: str) -> None:
        """Take it that the attempt that has just failed was none to open a connection of the run's."""
        self.failed_ns.pop()
        self.said.failures[failure] -= 1
        self.said.failures = +self.said.failures

    def _note_ready(
        self, number: int, way: Way, values: Values, connection: Connection, ready_ns: int | None
    ) -> None:
        """Take in a connection that has opened and said what was to be said before; `None`: by opening."""
        row = self.rows[number]
        row.timing = connection.timing
        row.ready_ns = row.timing.opened_ns if ready_ns is None else ready_ns
        self.changed.add(number)
        self._count(connection, way)
        if not connection.is_open:
            return  # lost between the upgrade response and now; `_note_closed` has been told
        row.payload = way.speech.payload(values, self._prefix)
        row.connection = preceded(connection, fill_bytes(way.speech.announced, values))
        self.open += 1
        self._attendant.add(number, way.speech, values)
        if row.left_ns != STILL_OPEN:
            row.left_ns = STILL_OPEN
            self.leave(number)

    def _events(self, number: int, speech: Speech, own: Hidden | None) -> Events:
        take, frames, kind = self.takers_of(number)
        return Events(
            row=number,
            take=take,
            unmarked=self._attendant.unmarked_of(number, speech),
            closed=partial(self._note_closed, number, own),
            writable=lambda: self.on_writable(number),
            pong=self._attendant.pong_of(number),
            frames=frames,
            kind=kind,
        )

    def _count(self, connection: Connection, way: Way) -> None:
        self.opened += 1
        self.addresses[connection.address] += 1
        if way.settings.subprotocols:
            self.subprotocols[connection.subprotocol or "none"] += 1

    @cached_property
    def _takers(self) -> Takers:
        return takers(self.capture, self, self._way.speech, self._attendant.hear)

    def _note_closed(self, number: int, own: Hidden | None, ended: Ended) -> None:
        row = self.rows[number]
        if self._is_closing or row.closed_ns != STILL_OPEN or row.left_ns != STILL_OPEN:
            return
        row.closed_ns = now_ns()
        self.changed.add(number)
        refusal = self._attendant.remove(number)
        if refusal is not None and not ended.reason:
            ended = ended._replace(reason=refusal)
        row.ending = self.said.note_ending(ended, own, self.values_of(number).values())
        if row.connection is not None:
            self.open -= 1
            self.lost_in_load.append(number)
            row.connection = None
        self.on_ended(number, ended)


def _ignore(*_: object) -> None:
    """Do nothing: before the load there is nothing to send or to answer, and what ended is in the figures."""
