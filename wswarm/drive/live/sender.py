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
from wswarm.drive.sender import NOTHING, Chunk, Expect
from wswarm.drive.swarm import Swarm
from wswarm.load import turns
from wswarm.load.marks import write_marks
from wswarm.load.plan import Plan
from wswarm.load.turns import Dues, Turns
from wswarm.stats.findings import Int64s, Sends, Window
from wswarm.units import NS_PER_S

_CHUNK = 256
_SENDS_PER_WAKE = 64  # then replies get their turn, however late the sends are
_AHEAD_NS = 3_000_000  # a pace is worked out so long before it begins
_NEVER = 1 << 62


class LiveSender:
    """The open model at a pace that may change: each message keeps its intended time, whatever comes back.

    Args:
        publishers: The rate is shared by so many rows, each having its place whoever is lost; 0: by those that are
            open.
        expect: Told of messages before they are sent, in the order of their numbers: when they are due, on which
            rows.
    """

    def __init__(self, swarm: Swarm, plan: Plan, publishers: int, expect: Expect) -> None:
        self.outbox = Outbox(swarm)
        self._swarm, self._publishers, self._expect = swarm, publishers, expect
        self._is_poisson = plan.arrivals == "poisson"
        self._seed = plan.seed
        self._chance: np.random.Generator | None = None
        self._turns = Turns()
        self._has_turns = False
        self._due = 0
        self._dropped = array("q")
        self._end_ns = _NEVER
        self._following: deque[tuple[Pace, bool]] = deque()
        self._chunks: Iterator[Chunk] = iter(())
        self._chunk, self._at = NOTHING, 0
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
        """Send nothing more, and note what was due but could not be sent."""
        if self._end_ns != _NEVER:
            self._note_late()
            while self._next_ns() < min(self._end_ns, now_ns()):
                self._note_late()
        if self._pacer is not None:
            self._pacer.stop()
        self.outbox.stop()

    def _note_late(self) -> None:
        """Let the outbox know what of the chunk is due before the end."""
        due = zip(self._chunk.intended_ns[self._at :], self._chunk.rows[self._at :], strict=True)
        rows = self._swarm.rows
        self.outbox.note_late([at for at, row in due if at < self._end_ns and at < rows[row].left_ns])
        self._chunk, self._at = NOTHING, 0

    def dropped(self) -> Int64s:
        """Return the numbers of messages that turned out not to be due since the last time."""
        numbers = np.array(self._dropped, np.int64)
        del self._dropped[:]
        return numbers

    def findings(self) -> Sends:
        """Return what was sent, as far as folded; what was due to a connection that had left was not offered."""
        return self.outbox.findings(self.outbox.offered)

    def _next_ns(self) -> int:
        """Return when the next message is due."""
        while self._at >= len(self._chunk.intended_ns):
            chunk = next(self._chunks, None)
            if chunk is None:
                self._chunk, self._at = NOTHING, 0
                return _NEVER
            self._chunk, self._at = chunk, 0
        return self._chunk.intended_ns[self._at]

    def _begin(self, pace: Pace, *, is_hold: bool) -> None:
        """Let the pace follow on what is due before it."""
        before: list[Chunk] = []
        while self._next_ns() < pace.at_ns:
            intended_ns = self._chunk.intended_ns
            end = int(np.searchsorted(intended_ns, pace.at_ns))
            before.append(_part(self._chunk, self._at, end))
            self._drop(end)
        self._drop(self._at)
        self._chunks = _joined(before, self._iterate(pace, is_hold=is_hold))

    def _drop(self, at: int) -> None:
        """Take it that the messages of the chunk from there on were never due."""
        first, count = self._chunk.first, len(self._chunk.rows)
        self._dropped.extend(range(first + at, first + count))
        self._chunk, self._at = NOTHING, 0

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
        first, self._due = self._due, self._due + len(rows)
        self._expect(intended_ns, rows)
        numbers = first + np.arange(len(rows), dtype=np.int64)
        marks = write_marks(self._swarm.ids(rows), numbers, intended_ns)
        return Chunk(first, intended_ns.tolist(), rows.tolist(), marks)

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
            first, _, rows, marks = self._chunk
            at = self._at
            send(rows[at], first + at, due_ns, marks[at])
            self._at = at + 1
        return min(self._next_ns(), wake_ns)


def _part(chunk: Chunk, low: int, high: int) -> Chunk:
    """Return the messages of the chunk in these places."""
    part = slice(low, high)
    return Chunk(chunk.first + low, chunk.intended_ns[part], chunk.rows[part], chunk.marks[part])


def _joined(before: list[Chunk], chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    yield from before
    yield from chunks
