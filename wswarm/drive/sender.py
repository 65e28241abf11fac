"""The two models of load: open (sends keep their times, whatever comes back) and closed (sends wait for replies)."""

import asyncio
import heapq
from array import array
from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from wswarm.drive.capture import Load
from wswarm.drive.clock import now_ns
from wswarm.drive.outbox import Outbox
from wswarm.drive.pacer import Pacer
from wswarm.drive.swarm import Swarm
from wswarm.load.plan import Plan
from wswarm.load.schedule import Schedule
from wswarm.stats.findings import Sends, Window
from wswarm.units import NS_PER_S

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_CHUNK = 256
_SENDS_PER_WAKE = 64  # then replies get their turn, however late the sends are
_FOREVER = 1 << 62


class Chunk(NamedTuple):
    """Consecutive sends of this agent: four equally long lists."""

    intended_ns: list[int]
    rows: list[int]
    cells: list[int]
    marks: list[bytes]


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

    def hold_cells(self) -> Bools:
        """Return per cell whether it belongs to the hold."""

    def findings(self) -> Sends:
        """Return what was sent."""


def schedule_of(plan: Plan) -> Schedule:
    """Return the plan's schedule; without a rate it is empty."""
    rate = plan.rate if plan.scenario != "connect" and plan.rate is not None else 0.0
    return Schedule(
        rate=rate, warmup=plan.warmup, hold=plan.duration, arrivals=plan.arrivals, seed=plan.seed or 0
    )


class OpenSender:
    """The open model: send `g` is due at its scheduled time, on the connection at place g mod senders.

    Args:
        positions: Per row its place among all senders, -1 for none.
        senders: Number of all senders, in all agents.
        is_shared: Cells are numbered over all senders (fan-out), not over this agent's rows.
    """

    def __init__(
        self, swarm: Swarm, plan: Plan, window: Window, positions: Int64s, senders: int, *, is_shared: bool
    ) -> None:
        self._schedule = schedule_of(plan)
        self._window, self._senders, self._is_shared = window, senders, is_shared
        self._end_ns = window.drain_ns
        self._row_count = len(positions)
        self._row_at: Int64s = np.full(senders, -1, np.int64)
        mine = positions >= 0
        self._row_at[positions[mine]] = np.flatnonzero(mine)
        sequences = -(-self._schedule.sends // senders)
        self.outbox = Outbox(swarm, self._schedule.sends if is_shared else sequences * self._row_count)
        load = Load(window, positions, senders, self._schedule)
        self._write_marks = swarm.capture.begin(load, self.outbox.sent_times).many
        self._chunks = self._iterate()
        self._chunk = next(self._chunks, Chunk([], [], [], []))
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

    def hold_cells(self) -> Bools:
        """Return per cell whether it belongs to the hold."""
        warmup = self._schedule.warmup_sends
        if self._is_shared:
            return np.arange(len(self.outbox.sent_ns)) >= warmup
        positions: Int64s = np.zeros(self._row_count, np.int64)
        mine = self._row_at >= 0
        positions[self._row_at[mine]] = np.flatnonzero(mine)
        sequence, row = np.divmod(np.arange(len(self.outbox.sent_ns)), self._row_count)
        return sequence * self._senders + positions[row] >= warmup

    def findings(self) -> Sends:
        """Return what was sent."""
        self.outbox.fold(self._window)
        places = np.flatnonzero(self._row_at >= 0)
        last = self._due_before_end()
        first = min(self._schedule.warmup_sends, last)
        upto = [(bound - places + self._senders - 1) // self._senders for bound in (first, last)]
        offered = int((np.maximum(upto[1], 0) - np.maximum(upto[0], 0)).sum())
        return self.outbox.findings(offered, np.array(self.outbox.sent_ns) if self._is_shared else None)

    def _due_before_end(self) -> int:
        if self._end_ns == self._window.drain_ns:
            return self._schedule.sends
        end_ns = self._end_ns - self._window.start_ns
        return sum(int(np.searchsorted(block.offsets_ns, end_ns)) for block in self._schedule.blocks())

    def _iterate(self) -> Iterator[Chunk]:
        for block in self._schedule.blocks():
            send = block.first + np.arange(len(block.offsets_ns), dtype=np.int64)
            row = self._row_at[send % self._senders]
            mine = row >= 0
            send, row, offsets_ns = send[mine], row[mine], block.offsets_ns[mine]
            for low in range(0, len(send), _CHUNK):
                part = slice(low, low + _CHUNK)
                yield self._chunk_of(send[part], row[part], self._window.start_ns + offsets_ns[part])

    def _chunk_of(self, send: Int64s, row: Int64s, intended_ns: Int64s) -> Chunk:
        sequence, place = np.divmod(send, self._senders)
        cells = send if self._is_shared else sequence * self._row_count + row
        marks = self._write_marks(place, sequence, intended_ns)
        return Chunk(intended_ns.tolist(), row.tolist(), cells.tolist(), marks)

    def _send_due(self) -> int | None:
        now = now_ns()
        send = self.outbox.send
        left = _SENDS_PER_WAKE
        while True:
            intended_ns, rows, cells, marks = self._chunk
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
                send(rows[at], cells[at], due_ns, marks[at])
                at += 1
                left -= 1
            chunk = next(self._chunks, None)
            self._chunk, self._at = chunk or Chunk([], [], [], []), 0
            if chunk is None:
                return None


class ClosedSender:
    """The closed model: each connection has one message outstanding; the next waits for the reply.

    With a rate, a connection's sends also wait for their scheduled times. A reply that does not come within the
    drain time is given up, so that one loss does not silence a connection. Intended is when a send became
    possible: the time lost in waiting is not counted, which is what is wrong with this model.
    """

    def __init__(self, swarm: Swarm, plan: Plan, window: Window, positions: Int64s, senders: int) -> None:
        self._window, self._positions, self._senders = window, positions, senders
        self._swarm = swarm
        self._places: list[int] = positions.tolist()
        self._gap_ns = 0 if plan.rate is None else senders * NS_PER_S / plan.rate
        self._patience_ns = round(max(plan.drain, 1.0) * NS_PER_S)
        self._sequences = [0] * len(positions)
        self._waits_since = [_FOREVER] * len(positions)
        self._expected = [b""] * len(positions)
        self._intended = array("q")
        self._due: list[tuple[int, int]] = []
        self._is_stopped = False
        self.outbox = Outbox(swarm, len(positions))
        load = Load(window, positions, senders, None)
        self._write_mark = swarm.capture.begin(load, self.outbox.sent_times).one
        self._pacer = Pacer(asyncio.get_running_loop(), self._send_due, is_batched=plan.pacing == "batched")
        swarm.on_marked = self._note_message

    def start(self) -> None:
        """Begin."""
        for row in np.flatnonzero(self._positions >= 0).tolist():
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

    def hold_cells(self) -> Bools:
        """Return per cell whether it belongs to the hold."""
        intended_ns: Int64s = np.zeros(len(self.outbox.sent_ns), np.int64)
        intended_ns[: len(self._intended)] = self._intended
        return (intended_ns >= self._window.hold_ns) & (intended_ns < self._window.drain_ns)

    def findings(self) -> Sends:
        """Return what was sent; a closed model offers what replies allow, so offered equals sent."""
        self.outbox.fold(self._window)
        return self.outbox.findings(None)

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
        sequence = self._sequences[row]
        self._sequences[row] = sequence + 1
        cell = sequence * len(self._places) + row
        if cell >= len(self._intended):
            self.outbox.grow(cell + 1)
            self._intended.frombytes(bytes(8 * (len(self.outbox.sent_ns) - len(self._intended))))
        self._intended[cell] = intended_ns
        mark = self._write_mark(self._places[row], sequence, intended_ns)
        self._expected[row] = mark
        self._waits_since[row] = intended_ns
        self.outbox.send(row, cell, intended_ns, mark)
