"""How one user class fares while a test runs: figures so far, and a point a second for the charts.

All of it is made of the cumulative states that the stations tell, so it is provisional; the run that a test ends
with is exact.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from wswarm.drive.fleet.wire import GroupState, Recent, Role
from wswarm.stats.findings import STILL_OPEN, Int64s, unpack
from wswarm.stats.histogram import Histogram
from wswarm.stats.summary import merged

POINTS_KEPT = 600  # ten minutes
_POINT_S = 1.0
_RATE_OVER_S = 3.0  # stations tell twice a second, not in step with the points
_OVERDUE_S = 2.0
_TOLD_LATE_S = 1.5  # at most so long after it was published is a broadcast told of


@dataclass(frozen=True, slots=True)
class Point:
    """One second of a class.

    Attributes:
        t_s: Its end, since the test began.
        rate: Deliveries or replies per s, of the last three seconds; `None` for a class that sends nothing.
        p50_ns: Delivery or response times in it (`connect`: handshake times); `None` if there were none.
        completion_ns: Median completion time of the broadcasts that were complete in it; `None` if none was.
    """

    t_s: float
    connections: int
    rate: float | None
    p50_ns: int | None
    p99_ns: int | None
    completion_ns: int | None


class Broadcasts:
    """First and last deliveries of broadcasts, put together from what each station tells of its latest.

    Attributes:
        first: Times to the first delivery. `completion`: to the last, of complete broadcasts.
    """

    def __init__(self) -> None:
        self.first, self.completion = Histogram(), Histogram()
        self._seen = self._seen_again = self._complete = np.zeros(0, np.int64)
        self._fresh_ns: list[int] = []

    def note(self, recents: Sequence[Recent], subscribers: int) -> None:
        """Take in the stations' latest broadcasts.

        A broadcast counts when it is seen again, for until then another station may tell of an earlier first
        delivery.

        Args:
            subscribers: How many deliveries make a broadcast complete.
        """
        index, place = np.unique(_column(recents, "index"), return_inverse=True)
        received = np.bincount(place, _column(recents, "received"), len(index))
        first_ns = np.full(len(index), STILL_OPEN, np.int64)
        np.minimum.at(first_ns, place, _column(recents, "first_ns"))
        last_ns = np.zeros(len(index), np.int64)
        np.maximum.at(last_ns, place, _column(recents, "last_ns"))
        is_seen_again = np.isin(index, self._seen)
        was_complete = np.isin(index, self._complete)
        is_complete = was_complete | (is_seen_again & (received >= subscribers) & (subscribers > 0))
        completed_ns = last_ns[is_complete & ~was_complete]
        self.first.record(first_ns[is_seen_again & ~np.isin(index, self._seen_again)])
        self.completion.record(completed_ns)
        self._fresh_ns += completed_ns.tolist()
        self._seen, self._seen_again, self._complete = index, index[is_seen_again], index[is_complete]

    def take_completion_ns(self) -> int | None:
        """Return the median completion time of the broadcasts that became complete since the last call."""
        fresh_ns, self._fresh_ns = self._fresh_ns, []
        return int(np.median(fresh_ns)) if fresh_ns else None


class Channel:
    """One user class: with publishers, the subscribers to their broadcasts.

    Args:
        rooms: Over which its connections are spread: of some one may have a connection less than another.

    Attributes:
        points: Of the last ten minutes, ascending.
        connections: Open now.
        times: Response or delivery times so far. `handshakes`: of all connections.
        broadcasts: Of the hold so far.
    """

    def __init__(self, name: str, role: Role, rooms: int = 1) -> None:
        self.name, self.role, self._rooms = name, role, rooms
        self.points: deque[Point] = deque(maxlen=POINTS_KEPT)
        self.connections = 0
        self.handshakes = Histogram()
        self._hold = -1
        self._states: Sequence[GroupState] = ()
        self._connections_at: deque[tuple[float, int]] = deque()
        self._forget(0)

    def _forget(self, hold: int) -> None:
        """Begin the figures of messages anew."""
        self._hold = hold
        self.times = Histogram()
        self.broadcasts = Broadcasts()
        self._counted = self._sent = self._overdue = 0
        self._owed_at: deque[tuple[float, int]] = deque()
        self._shown = self.handshakes if self.role == "connect" else Histogram()
        self._received_at: deque[tuple[float, int]] = deque()

    def note(
        self, t_s: float, states: Sequence[GroupState], *, connections: int, sent: int, hold: int
    ) -> None:
        """Take in how the class stands at time `t_s` since the test began.

        Args:
            states: Of its groups at all stations.
            sent: Broadcasts published to it so far.
            hold: Number of the hold that all figures are of; those of another are forgotten.
        """
        if hold != self._hold:
            self._forget(hold)
        self._connections_at.append((t_s, connections))
        while self._connections_at[0][0] < t_s - _TOLD_LATE_S:
            self._connections_at.popleft()
        there = min(count for _, count in self._connections_at)
        self._counted += max(0, sent - self._sent) * (there // self._rooms)
        self._sent, self.connections = sent, connections
        self._owed_at.append((t_s, self._counted))
        while self._owed_at[0][0] <= t_s - _OVERDUE_S and len(self._owed_at) > 1:
            self._overdue = self._owed_at.popleft()[1]
        if any(new is not old for new, old in zip_longest(states, self._states)):
            self._states = states
            self.times = merged(state.times for state in states)
            self.handshakes = merged(state.handshakes for state in states)
            self.broadcasts.note([state.recent for state in states], connections // self._rooms)
        if not self.points or t_s - self.points[-1].t_s >= _POINT_S:
            self.points.append(self._point(t_s))

    @property
    def received(self) -> int:
        """Deliveries or replies so far."""
        return self.times.n

    @property
    def owed(self) -> int:
        """Deliveries that are due by what was published and who was there then; rather too few than too many."""
        return max(self._counted, self.received)

    @property
    def lost(self) -> int:
        """Deliveries that have been due for two seconds and are not there."""
        return max(0, self._overdue - self.received)

    @property
    def duplicated(self) -> int:
        """Deliveries that came again."""
        return sum(state.counts.duplicated for state in self._states if state.counts is not None)

    @property
    def reordered(self) -> int:
        """Deliveries that came after a later one."""
        return sum(state.counts.reordered for state in self._states if state.counts is not None)

    def _point(self, t_s: float) -> Point:
        times = self.handshakes if self.role == "connect" else self.times
        fresh, self._shown = _since(self._shown, times), times
        rate = None
        if self.role in ("echo", "subscribe"):
            while self._received_at and self._received_at[0][0] < t_s - _RATE_OVER_S - _POINT_S / 2:
                self._received_at.popleft()
            self._received_at.append((t_s, self.received))
            (before_s, before), (_, now) = self._received_at[0], self._received_at[-1]
            rate = (now - before) / (t_s - before_s) if t_s > before_s else None
        return Point(
            t_s=round(t_s, 2),
            connections=self.connections,
            rate=rate,
            p50_ns=fresh.percentile_ns(50),
            p99_ns=fresh.percentile_ns(99),
            completion_ns=self.broadcasts.take_completion_ns(),
        )


def _since(before: Histogram, now: Histogram) -> Histogram:
    """Return the values that came between two states of a histogram, min and max to three digits."""
    fresh = Histogram()
    fresh.counts = np.maximum(now.counts - before.counts, 0)
    fresh.n = int(fresh.counts.sum())
    if fresh.n:
        middles, _ = fresh.occupied()
        fresh.min_ns, fresh.max_ns = int(middles[0]), int(middles[-1])
    return fresh


def _column(recents: Sequence[Recent], name: str) -> Int64s:
    columns = [unpack(getattr(recent, name)) for recent in recents]
    return np.concatenate([*columns, np.zeros(0, np.int64)])
