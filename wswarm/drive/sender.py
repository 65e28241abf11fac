"""The two models of load: open (sends keep their times, whatever comes back) and closed (sends wait for replies)."""

import asyncio
import heapq
from array import array
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from wswarm.drive.capture import Load, SentNs
from wswarm.drive.clock import now_ns
from wswarm.drive.outbox import Outbox
from wswarm.drive.pacer import Pacer
from wswarm.drive.swarm import Swarm
from wswarm.load.plan import Plan
from wswarm.load.schedule import Schedule
from wswarm.stats.findings import Sends, Window
from wswarm.units import NS_PER_S

Int64s = npt.NDArray[np.int64]
Expect = Callable[[Int64s, Int64s], None]

_CHUNK = 256
_SENDS_PER_WAKE = 64  # then replies get their turn, however late the sends are
_FOREVER = 1 << 62


class Chunk(NamedTuple):
    """Consecutive sends of this agent: equally long lists, the first send being number `first`."""

    first: int
    intended_ns: list[int]
    rows: list[int]
    marks: list[bytes]


NOTHING = Chunk(0, [], [], [])


class Sender(Protocol):
    """Sends the load of one agent."""

    outbox: Outbox

    def start(self) -> None:
        """Begin."""

    def tick(self) -> None:
        """Do what is due now and then."""

    def is_done(self) -> bool:
        """Return whether all that can be sent was sent."""

    def stop(self) -> None:
        """Send nothing more."""

    def cut(self, window: Window) -> None:
        """Keep to this window: send nothing that is due when its drain begins, or later."""

    def tell_due(self) -> None:
        """Tell of the messages that have become due since the last time, if not at once."""

    def findings(self) -> Sends:
        """Return what was sent, as far as folded."""


def patience_ns(plan: Plan) -> int:
    """Return how long a reply may take before it is no longer waited for: as long as the drain, at least 1 s."""
    return round(max(plan.drain, 1.0) * NS_PER_S)


def schedule_of(plan: Plan) -> Schedule:
    """Return the plan's schedule; without a rate it is empty."""
    rate = plan.rate if plan.scenario != "connect" and plan.rate is not None else 0.0
    return Schedule(
        rate=rate, warmup=plan.warmup, hold=plan.duration, arrivals=plan.arrivals, seed=plan.seed or 0
    )


class OpenSender:
    """The open model: send `g` is due at its scheduled time, on the connection at place g mod senders.

    Args:
        load: What is sent, and by whom.
        expect: Told of messages before they are sent, in the order of their numbers: when they are due, on which
            rows.
        sent_ns: Returns when the messages of these numbers were sent, 0 or less for never.
    """

    def __init__(self, swarm: Swarm, plan: Plan, load: Load, expect: Expect, sent_ns: SentNs) -> None:
        self._schedule = schedule_of(plan)
        self._window, self._senders = load.window, load.senders
        self._end_ns = load.window.drain_ns
        self._row_at: Int64s = np.full(load.senders, -1, np.int64)
        mine = load.places >= 0
        self._row_at[load.places[mine]] = np.flatnonzero(mine)
        self._expect = expect
        self._due = 0
        self.outbox = Outbox(swarm)
        self._write_marks = swarm.capture.begin(load, sent_ns).many
        self._chunks = self._iterate()
        self._chunk = next(self._chunks, NOTHING)
        self._at = 0
        self._pacer = Pacer(asyncio.get_running_loop(), self._send_due, is_batched=plan.pacing == "batched")

    def start(self) -> None:
        """Begin."""
        self._pacer.start(self._window.start_ns)

    def tick(self) -> None:
        """Nothing is due but sends."""

    def is_done(self) -> bool:
        """Return whether all that can be sent was sent."""
        return self._pacer.is_done and self.outbox.waiting() == 0

    def stop(self) -> None:
        """Send nothing more."""
        self._pacer.stop()
        self.outbox.stop()

    def cut(self, window: Window) -> None:
        """Keep to this window: send nothing that is due when its drain begins, or later."""
        self._end_ns = window.drain_ns

    def tell_due(self) -> None:
        """They were told of before they were due."""

    def findings(self) -> Sends:
        """Return what was sent, as far as folded."""
        places = np.flatnonzero(self._row_at >= 0)
        last = self._due_before_end()
        first = min(self._schedule.warmup_sends, last)
        upto = [(bound - places + self._senders - 1) // self._senders for bound in (first, last)]
        return self.outbox.findings(int((np.maximum(upto[1], 0) - np.maximum(upto[0], 0)).sum()))

    def _due_before_end(self) -> int:
        if self._end_ns == self._window.drain_ns:
            return self._schedule.sends
        end_ns = self._end_ns - self._window.start_ns
        return sum(int(np.searchsorted(block.offsets_ns, end_ns)) for block in self._schedule.blocks())

    def _iterate(self) -> Iterator[Chunk]:
        for block in self._schedule.blocks():
            row = self._row_at[(block.first + np.arange(len(block.offsets_ns))) % self._senders]
            mine = row >= 0
            row, intended_ns = row[mine], self._window.start_ns + block.offsets_ns[mine]
            for low in range(0, len(row), _CHUNK):
                yield self._chunk_of(row[low : low + _CHUNK], intended_ns[low : low + _CHUNK])

    def _chunk_of(self, rows: Int64s, intended_ns: Int64s) -> Chunk:
        first, self._due = self._due, self._due + len(rows)
        self._expect(intended_ns, rows)
        marks = self._write_marks(rows, first + np.arange(len(rows), dtype=np.int64), intended_ns)
        return Chunk(first, intended_ns.tolist(), rows.tolist(), marks)

    def _send_due(self) -> int | None:
        now = now_ns()
        send = self.outbox.send
        left = _SENDS_PER_WAKE
        while True:
            first, intended_ns, rows, marks = self._chunk
            at, end = self._at, len(intended_ns)
            while at < end:
                due_ns = intended_ns[at]
                if due_ns >= self._end_ns:
                    return None
                if due_ns > now:
                    now = now_ns()
                if due_ns > now or left == 0:
                    self._at = at
                    return due_ns
                send(rows[at], first + at, due_ns, marks[at])
                at += 1
                left -= 1
            chunk = next(self._chunks, None)
            self._chunk, self._at = chunk or NOTHING, 0
            if chunk is None:
                return None


class ClosedSender:
    """The closed model: each connection has one message outstanding; the next waits for the reply.

    With a rate, a connection's sends also wait for their scheduled times. A reply that does not come within the
    drain time is given up, so that one loss does not silence a connection. Intended is when a send became
    possible: the time lost in waiting is not counted, which is what is wrong with this model.
    """

    def __init__(self, swarm: Swarm, plan: Plan, load: Load, expect: Expect, sent_ns: SentNs) -> None:
        self._window, self._senders = load.window, load.senders
        self._swarm = swarm
        self._places: list[int] = load.places.tolist()
        self._gap_ns = 0 if plan.rate is None else load.senders * NS_PER_S / plan.rate
        self._patience_ns = patience_ns(plan)
        self._sequences = [0] * len(self._places)
        self._waits_since = [_FOREVER] * len(self._places)
        self._expected = [b""] * len(self._places)
        self._expect = expect
        self._number = 0
        self._begun = array("q")
        self._due: list[tuple[int, int]] = []
        self._is_stopped = False
        self.outbox = Outbox(swarm)
        self._write_mark = swarm.capture.begin(load, sent_ns).one
        self._pacer = Pacer(asyncio.get_running_loop(), self._send_due, is_batched=plan.pacing == "batched")
        swarm.on_marked = self._note_message

    def start(self) -> None:
        """Begin."""
        for row, place in enumerate(self._places):
            if place >= 0:
                heapq.heappush(self._due, (self._scheduled_ns(row), row))
        self._pacer.start(self._window.start_ns)

    def tick(self) -> None:
        """Give up replies that have been awaited for too long."""
        latest_ns = now_ns() - self._patience_ns
        for row, since_ns in enumerate(self._waits_since):
            if since_ns < latest_ns:
                self._send_next(row)

    def is_done(self) -> bool:
        """Return whether all that can be sent was sent."""
        return self._is_stopped or now_ns() >= self._window.drain_ns

    def stop(self) -> None:
        """Send nothing more."""
        self._is_stopped = True
        self._pacer.stop()
        self.outbox.stop()

    def cut(self, window: Window) -> None:
        """Keep to this window: send nothing that is due when its drain begins, or later."""
        self._window = window

    def tell_due(self) -> None:
        """Tell of the messages that have become due since the last time."""
        intended_ns, rows = np.array(self._begun, np.int64).reshape(-1, 2).T
        del self._begun[:]
        self._expect(intended_ns, rows)

    def findings(self) -> Sends:
        """Return what was sent, as far as folded: a closed model offers what replies allow, so as much."""
        return self.outbox.findings(self.outbox.sent_in_hold)

    def _scheduled_ns(self, row: int) -> int:
        place = self._places[row] / self._senders
        return self._window.start_ns + round((self._sequences[row] + place) * self._gap_ns)

    def _note_message(self, row: int, payload: bytes) -> None:
        if self._waits_since[row] != _FOREVER and self._expected[row] in payload:
            self._send_next(row)

    def _send_next(self, row: int) -> None:
        self._waits_since[row] = _FOREVER
        now = now_ns()
        due_ns = self._scheduled_ns(row) if self._gap_ns else now
        if due_ns <= now:
            self._send(row, now)
        elif due_ns < self._window.drain_ns:
            heapq.heappush(self._due, (due_ns, row))
            if self._due[0][1] == row:
                self._pacer.start(due_ns)

    def _send_due(self) -> int | None:
        while self._due and self._due[0][0] <= now_ns():
            due_ns, row = heapq.heappop(self._due)
            self._send(row, due_ns)
        return self._due[0][0] if self._due else _FOREVER

    def _send(self, row: int, intended_ns: int) -> None:
        connection = self._swarm.rows[row].connection
        if (
            self._is_stopped
            or intended_ns >= self._window.drain_ns
            or connection is None
            or not connection.is_open
        ):
            return
        number = self._number
        self._number = number + 1
        self._sequences[row] += 1
        self._begun.append(intended_ns)
        self._begun.append(row)
        mark = self._write_mark(row, number, intended_ns)
        self._expected[row] = mark
        self._waits_since[row] = intended_ns
        self.outbox.send(row, number, intended_ns, mark)
