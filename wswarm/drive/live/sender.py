"""Sends at paces that change as connections come and go."""

import asyncio
from array import array
from collections import deque
from collections.abc import Iterator

import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.drive.live.wire import Pace
from wswarm.drive.outbox import Outbox
from wswarm.drive.pacer import Pacer
from wswarm.drive.sender import Chunk
from wswarm.drive.swarm import Swarm
from wswarm.load import turns
from wswarm.load.marks import write_marks
from wswarm.load.plan import Plan
from wswarm.load.turns import Dues, Turns
from wswarm.stats.findings import Int64s, Sends, Window
from wswarm.stats.live_echo import SendLog
from wswarm.units import NS_PER_S

_CHUNK = 256
_SENDS_PER_WAKE = 64  # then replies get their turn, however late the sends are
_AHEAD_NS = 3_000_000  # a pace is worked out so long before it begins
_NEVER = 1 << 62
_NOTHING = Chunk([], [], [], [])


class LiveSender:
    """The open model at a pace that may change: each message keeps its intended time, whatever comes back.

    Args:
        publishers: Broadcasts are numbered over so many rows, each message having the number sequence × publishers
            + row; 0: messages are numbered through, and that is the sequence in their marks.

    Attributes:
        hold_from: Broadcasts before the hold.
    """

    def __init__(self, swarm: Swarm, plan: Plan, publishers: int) -> None:
        self.outbox = Outbox(swarm, 0)
        self.hold_from = 0
        self._swarm, self._publishers = swarm, publishers
        self._is_poisson = plan.arrivals == "poisson"
        self._seed = plan.seed
        self._chance: np.random.Generator | None = None
        self._turns = Turns()
        self._has_turns = False
        self._intended = array("q")
        self._rows = array("q")
        self._sequences: Int64s = np.zeros(publishers, np.int64)
        self._end_ns = _NEVER
        self._following: deque[tuple[Pace, bool]] = deque()
        self._chunks: Iterator[Chunk] = iter(())
        self._chunk, self._at = _NOTHING, 0
        self._is_batched = plan.pacing == "batched"
        self._pacer: Pacer | None = None

    def pace(self, pace: Pace, *, is_hold: bool = False) -> None:
        """Keep this pace from its moment on; paces come in the order of their moments."""
        self._following.append((pace, is_hold))
        if self._pacer is None:
            loop = asyncio.get_running_loop()
            self._pacer = Pacer(loop, self._send_due, is_batched=self._is_batched)
        self._pacer.wake()

    def cut(self, window: Window) -> None:
        """Send nothing that is due when the window's drain begins, or later."""
        self._end_ns = min(window.drain_ns, _NEVER)

    def is_done(self) -> bool:
        """Return whether all that can be sent was sent."""
        is_over = self._pacer is None or self._next_ns() >= self._end_ns
        return is_over and self.outbox.waiting() == 0

    def stop(self) -> None:
        """Send nothing more, and number what was due but could not be sent."""
        end_ns = min(self._end_ns, now_ns())
        while self._next_ns() < end_ns and self._end_ns != _NEVER:
            self._chunk, self._at = next(self._chunks, _NOTHING), 0
        if self._pacer is not None:
            self._pacer.stop()
        self.outbox.stop()

    def log(self) -> SendLog:
        """Return all messages so far; they share memory with the log: let go of them before the next send."""
        size = len(self._intended)
        return SendLog(
            self.outbox.sent_times()[:size],
            np.frombuffer(self._intended, np.int64) if size else np.zeros(0, np.int64),
            np.frombuffer(self._rows, np.int64) if size else np.zeros(0, np.int64),
        )

    def findings(self, window: Window) -> Sends:
        """Return what was sent; what was due to a connection that had left was not offered."""
        self.outbox.fold(window)
        log, left_ns = self.log(), self._swarm.left_ns()
        in_hold = (log.intended_ns >= window.hold_ns) & (log.intended_ns < window.drain_ns)
        is_offered = in_hold & ((log.sent_ns > 0) | (log.intended_ns < left_ns[log.rows]))
        due = 1 + int(np.flatnonzero(log.intended_ns < window.drain_ns).max(initial=-1))
        sent_ns = np.array(log.sent_ns[:due]) if self._publishers else None
        return self.outbox.findings(int(np.count_nonzero(is_offered)), sent_ns)

    def _next_ns(self) -> int:
        """Return when the next message is due."""
        while self._at >= len(self._chunk.intended_ns):
            chunk = next(self._chunks, None)
            if chunk is None:
                self._chunk, self._at = _NOTHING, 0
                return _NEVER
            self._chunk, self._at = chunk, 0
        return self._chunk.intended_ns[self._at]

    def _begin(self, pace: Pace, *, is_hold: bool) -> None:
        """Let the pace follow on what is due before it."""
        before: list[Chunk] = []
        while self._next_ns() < pace.at_ns:
            intended_ns = self._chunk.intended_ns
            end = int(np.searchsorted(intended_ns, pace.at_ns))
            before.append(_part(self._chunk, slice(self._at, end)))
            self._drop(self._chunk.cells[end:])
            self._chunk, self._at = _NOTHING, 0
        self._drop(self._chunk.cells[self._at :])
        self._chunk, self._at = _NOTHING, 0
        if self._publishers:
            self._sequences[:] = self._sequences.max(initial=0)
        if is_hold:
            self.hold_from = int(self._sequences.max(initial=0)) * self._publishers
        self._chunks = _joined(before, self._iterate(pace, is_hold=is_hold))

    def _drop(self, cells: list[int]) -> None:
        """Take it that these messages were never due; a publisher uses their numbers again."""
        for cell in reversed(cells):
            self._intended[cell] = 0
            if self._publishers:
                sequence, row = divmod(cell, self._publishers)
                self._sequences[row] = sequence

    def _iterate(self, pace: Pace, *, is_hold: bool) -> Iterator[Chunk]:
        for due_ns, rows in self._dues(pace, is_hold=is_hold):
            for low in range(0, len(rows), _CHUNK):
                part = slice(low, low + _CHUNK)
                yield self._chunk_of(due_ns[part], rows[part])

    def _dues(self, pace: Pace, *, is_hold: bool) -> Iterator[Dues]:
        rows = self._swarm.rows_open()
        rows = rows[self._swarm.left_ns()[rows] > now_ns()]
        among = self._publishers or pace.senders
        if self._is_poisson:
            return self._at_random(pace, rows, among)
        places = rows if self._publishers else pace.first_place + np.arange(len(rows))
        own = turns.Pace(pace.at_ns, pace.rate, among)
        if is_hold or not self._has_turns:
            self._has_turns = bool(pace.rate and len(rows))
            return self._turns.begin(own, rows, places)
        return self._turns.change(own, rows, self._swarm.ids(rows))

    def _at_random(self, pace: Pace, rows: Int64s, senders: int) -> Iterator[Dues]:
        """Yield the arrivals of these rows' independent Poisson processes together, which are one."""
        if pace.rate <= 0 or not len(rows):
            return
        if self._chance is None:
            own = int(self._swarm.ids(rows)[0])  # or all workers of one seed would send at the same instants
            self._chance = np.random.default_rng(None if self._seed is None else [self._seed, own])
        chance = self._chance
        mean_ns, last_ns = NS_PER_S / pace.rate * max(senders, len(rows)) / len(rows), 0.0
        while True:
            due_ns = last_ns + np.cumsum(chance.exponential(mean_ns, _CHUNK))
            last_ns = float(due_ns[-1])
            chosen = rows[chance.integers(0, len(rows), _CHUNK)]
            yield Dues(pace.at_ns + due_ns.astype(np.int64), chosen)

    def _chunk_of(self, intended_ns: Int64s, rows: Int64s) -> Chunk:
        if self._publishers:
            sequences = self._sequences_for(rows)
            cells = sequences * self._publishers + rows
        else:
            cells = sequences = len(self._intended) + np.arange(len(rows), dtype=np.int64)
        self._enter(cells, intended_ns, rows)
        marks = write_marks(rows, sequences, intended_ns)
        return Chunk(intended_ns.tolist(), rows.tolist(), cells.tolist(), marks)

    def _sequences_for(self, rows: Int64s) -> Int64s:
        """Return the next sequence numbers of the publishers in these rows, which may occur several times."""
        order = np.argsort(rows, kind="stable")
        starts = np.searchsorted(rows[order], rows[order])
        nth: Int64s = np.empty_like(rows)
        nth[order] = np.arange(len(rows)) - starts
        sequences: Int64s = self._sequences[rows] + nth
        np.add.at(self._sequences, rows, 1)
        return sequences

    def _enter(self, cells: Int64s, intended_ns: Int64s, rows: Int64s) -> None:
        size = int(cells.max()) + 1
        missing = size - len(self._intended)
        if missing > 0:
            self._intended.frombytes(bytes(8 * missing))
            self._rows.frombytes(bytes(8 * missing))
        self.outbox.grow(size)
        np.frombuffer(self._intended, np.int64)[cells] = intended_ns
        np.frombuffer(self._rows, np.int64)[cells] = rows

    def _send_due(self) -> int:
        now = now_ns()
        while self._following and now >= self._following[0][0].at_ns - _AHEAD_NS:
            pace, is_hold = self._following.popleft()
            self._begin(pace, is_hold=is_hold)
        wake_ns = self._following[0][0].at_ns - _AHEAD_NS if self._following else _NEVER
        send = self.outbox.send
        for _ in range(_SENDS_PER_WAKE):
            due_ns = self._next_ns()
            if due_ns >= self._end_ns:
                return wake_ns
            if due_ns > now:
                now = now_ns()
                if due_ns > now:
                    break
            _, rows, cells, marks = self._chunk
            at = self._at
            send(rows[at], cells[at], due_ns, marks[at])
            self._at = at + 1
        return min(self._next_ns(), wake_ns)


def _part(chunk: Chunk, part: slice) -> Chunk:
    return Chunk(chunk.intended_ns[part], chunk.rows[part], chunk.cells[part], chunk.marks[part])


def _joined(before: list[Chunk], chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    yield from before
    yield from chunks
