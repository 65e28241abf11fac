"""The open model: sends keep their times, whatever comes back."""

import asyncio
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import numpy as np

from wswarm.drive.capture import Writing
from wswarm.drive.clock import now_ns
from wswarm.drive.outbox import Outbox
from wswarm.drive.pacer import Pacer
from wswarm.drive.swarm import Swarm
from wswarm.load import turns
from wswarm.load.arrivals import without_end
from wswarm.load.pace import Pace
from wswarm.load.sampling import sampling_of
from wswarm.load.schedule import before, so_many
from wswarm.load.turns import Dues, Turns
from wswarm.stats.findings import Int64s, Sends, Window, unpack
from wswarm.units import NS_PER_S

Expect = Callable[[Int64s, Int64s], None]

_CHUNK = 256
_SENDS_PER_WAKE = 64  # then replies get their turn, however late the sends are
_AHEAD_NS = 50_000_000  # a pace is worked out so long before it begins
_NEVER = 1 << 62


class Chunk(NamedTuple):
    """Consecutive sends of this agent: equally long lists, the first send being number `first`."""

    first: int
    intended_ns: list[int]
    rows: list[int]
    marks: list[bytes]


NOTHING = Chunk(0, [], [], [])


class Sender(Protocol):
    """Sends the load of one group."""

    outbox: Outbox

    def pace(self, pace: Pace) -> None:
        """Keep this pace from its moment on."""

    def cut(self, window: Window) -> None:
        """Send nothing that is due when the window's drain begins, or later."""

    def tick(self) -> None:
        """Do what is due now and then."""

    def is_done(self) -> bool:
        """Return whether all that can be sent was sent."""

    def stop(self) -> None:
        """Send nothing more."""

    def tell_due(self) -> None:
        """Tell of the messages that have become due since the last time, if not at once."""

    def dropped(self) -> Int64s:
        """Return the numbers of messages that turned out not to be due since the last time."""

    def findings(self) -> Sends:
        """Return what was sent, as far as folded."""


def patience_ns(drain_s: float) -> int:
    """Return how long a reply may take before it is no longer waited for: as long as the drain, at least 1 s."""
    return round(max(drain_s, 1.0) * NS_PER_S)


class OpenSender:
    """Sends at paces that may change as connections come and go: each message keeps its intended time.

    Args:
        writing: How marks are written.
        expect: Told of messages before they are sent, in the order of their numbers: when they are due, on which
            rows.
        first: The number of the first message.

    Attributes:
        numbered: The number that no message has had yet.
    """

    def __init__(self, swarm: Swarm, writing: Writing, expect: Expect, first: int = 0) -> None:
        self.outbox = Outbox(swarm)
        self._swarm, self._expect = swarm, expect
        self._write_marks = writing.many
        self._chance: np.random.Generator | None = None
        self._turns, self._share = Turns(), 1.0
        self.numbered = first
        self._dropped = array("q")
        self._end_ns = _NEVER
        self._following: deque[Pace] = deque()
        self._chunks: Iterator[Chunk] = iter(())
        self._chunk, self._at = NOTHING, 0
        self._passed_ns = -1
        self._is_stopped = False
        self._pacer = Pacer(asyncio.get_running_loop(), self._send_due)

    def pace(self, pace: Pace) -> None:
        """Keep this pace from its moment on; paces come in the order of their moments."""
        self._following.append(pace)
        if not self._is_stopped:
            self._pacer.wake()

    def cut(self, window: Window) -> None:
        """Send nothing that is due when the window's drain begins, or later."""
        self._end_ns = min(window.drain_ns, _NEVER)

    def tick(self) -> None:
        """Nothing is due but sends."""

    def is_done(self) -> bool:
        """Return whether all that can be sent was sent."""
        return not self._following and self._next_ns() >= self._end_ns and self.outbox.waiting() == 0

    def stop(self) -> None:
        """Send nothing more, and note what was due but could not be sent."""
        if self._is_stopped:
            return
        self._is_stopped = True
        self._pacer.stop()
        self.outbox.stop()
        while self._next_ns() < min(self._end_ns, now_ns()):
            due = zip(self._chunk.intended_ns[self._at :], self._chunk.rows[self._at :], strict=True)
            rows = self._swarm.rows
            self.outbox.note_late([at for at, row in due if at < self._end_ns and at < rows[row].left_ns])
            self._chunk, self._at = NOTHING, 0

    def tell_due(self) -> None:
        """They were told of before they were due."""

    def dropped(self) -> Int64s:
        """Return the numbers of messages that turned out not to be due since the last time."""
        numbers = np.array(self._dropped, np.int64)
        del self._dropped[:]
        return numbers

    def findings(self) -> Sends:
        """Return what was sent, as far as folded; what was due to a connection that had left was not offered."""
        return self.outbox.findings(self.outbox.offered, self._pacer.gaps_ns)

    def _next_ns(self) -> int:
        """Return when the next message is due."""
        while self._at >= len(self._chunk.rows):
            self._passed_ns = self._had_turn_ns()
            chunk = next(self._chunks, None)
            self._chunk, self._at = chunk or NOTHING, 0
            if chunk is None:
                return _NEVER
        return self._chunk.intended_ns[self._at]

    def _had_turn_ns(self) -> int:
        """Return when the latest message was due that has had its turn."""
        return self._chunk.intended_ns[self._at - 1] if self._at else self._passed_ns

    def _begin(self, pace: Pace) -> None:
        """Let the pace follow on what is due before it; one that is told late, on what has had its turn."""
        passed_ns, before = self._had_turn_ns(), list[Chunk]()
        while self._next_ns() < pace.at_ns:
            end = int(np.searchsorted(self._chunk.intended_ns, pace.at_ns))
            before.append(_part(self._chunk, self._at, end))
            self._drop(end)
        self._drop(self._at)
        self._passed_ns = passed_ns
        self.outbox.sampling = sampling_of(pace)
        self._chunks = _joined(before, self._iterate(pace, passed_ns))

    def _drop(self, at: int) -> None:
        """Take it that the messages of the chunk from there on were never due."""
        first, count = self._chunk.first, len(self._chunk.rows)
        self._dropped.extend(range(first + at, first + count))
        self._chunk, self._at = NOTHING, 0

    def _iterate(self, pace: Pace, passed_ns: int) -> Iterator[Chunk]:
        for due_ns, rows in self._dues(pace):
            for low in range(int(np.searchsorted(due_ns, passed_ns, "right")), len(rows), _CHUNK):
                part = slice(low, low + _CHUNK)
                if pace.stages:
                    rates = pace.course.values(due_ns[part][[0, -1]] - pace.at_ns)
                    self._pacer.adapt(pace.pacing, rates.max() * self._share)
                yield self._chunk_of(due_ns[part], rows[part])

    def _dues(self, pace: Pace) -> Iterator[Dues]:
        is_anew = pace.is_anew or not len(self._turns.senders)
        rows, places = self._senders(pace)
        rate, length_ns = pace.rate or 0.0, pace.until_ns - pace.at_ns
        if pace.count is not None:
            rate = pace.count * NS_PER_S / length_ns if pace.count else 0.0
        self._share = len(rows) / max(pace.senders, len(rows), 1)
        if not pace.stages:
            self._pacer.adapt(pace.pacing, rate * self._share)
        own = turns.Pace(pace.at_ns, rate, pace.senders)
        if is_anew:
            in_turn = self._turns.begin(own, rows, places, pace.first_turn)
        else:
            in_turn = self._turns.change(own, rows, self._swarm.ids(rows))
        if pace.arrivals == "constant" and not pace.stages:
            return in_turn if pace.count is None else before(pace.until_ns, in_turn)
        return self._at_random(pace, rows) if pace.count is None else so_many(pace, rows, places)

    def _senders(self, pace: Pace) -> tuple[Int64s, Int64s]:
        """Return who sends, and their places among all: who is open, or was closed by the target in this load."""
        if pace.places:
            places = unpack(pace.places)
            rows = np.flatnonzero(places >= 0)
            return rows, places[rows]
        lost = np.array(self._swarm.lost_in_load, np.int64)
        rows = np.union1d(self._swarm.rows_open(), lost)
        return rows, pace.first_place + np.arange(len(rows))

    def _at_random(self, pace: Pace, rows: Int64s) -> Iterator[Dues]:
        """Yield the arrivals of these rows' independent Poisson processes together, which are one."""
        if not pace.rate or not len(rows):
            return
        if self._chance is None:
            own = self._swarm.id_of(int(rows[0]))  # or all agents of one seed would send at the same instants
            self._chance = np.random.default_rng([pace.seed, own])
        mean_ns = NS_PER_S / pace.rate * max(pace.senders, len(rows)) / len(rows)
        for due_ns in without_end(mean_ns, self._chance, _CHUNK):
            yield Dues(pace.at_ns + due_ns, rows[self._chance.integers(0, len(rows), len(due_ns))])

    def _chunk_of(self, intended_ns: Int64s, rows: Int64s) -> Chunk:
        first, self.numbered = self.numbered, self.numbered + len(rows)
        self._expect(intended_ns, rows)
        marks = self._write_marks(rows, first + np.arange(len(rows), dtype=np.int64), intended_ns)
        return Chunk(first, intended_ns.tolist(), rows.tolist(), marks)

    def _send_due(self) -> int:
        now = now_ns()
        while self._following and now >= self._following[0].at_ns - _AHEAD_NS:
            self._begin(self._following.popleft())
        wake_ns = self._following[0].at_ns - _AHEAD_NS if self._following else _NEVER
        send, end_ns, left = self.outbox.send, self._end_ns, _SENDS_PER_WAKE
        while self._next_ns() < end_ns:
            first, intended_ns, rows, marks = self._chunk
            at, end = self._at, len(rows)
            while at < end:
                due_ns = intended_ns[at]
                if due_ns > now:
                    now = now_ns()
                if due_ns > now or left == 0 or due_ns >= end_ns:
                    self._at = at
                    return wake_ns if due_ns >= end_ns else min(due_ns, wake_ns)
                send(rows[at], first + at, due_ns, marks[at])
                at += 1
                left -= 1
            self._at = at
        return wake_ns


def _part(chunk: Chunk, low: int, high: int) -> Chunk:
    """Return the messages of the chunk in these places."""
    part = slice(low, high)
    return Chunk(chunk.first + low, chunk.intended_ns[part], chunk.rows[part], chunk.marks[part])


def _joined(before: list[Chunk], chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    yield from before
    yield from chunks
