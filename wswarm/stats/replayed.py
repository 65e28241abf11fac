"""What came of a recording that was played on many connections: what was sent, what came, what is missing."""

from collections.abc import Sequence

import msgspec
import numpy as np

from wswarm.stats.bins import Bins
from wswarm.stats.drops import OTHER
from wswarm.stats.findings import Arrivals, Int64s, Packed, Sends, pack
from wswarm.stats.histogram import Histogram
from wswarm.stats.per_second import PerSecond
from wswarm.stats.scripted import StepFound
from wswarm.units import NS_PER_S

UNTIMED = -1
KEPT = 100  # different kinds; what comes after them is one: each has a histogram of 200 KB


class Played(msgspec.Struct, frozen=True):
    """How one agent's connections stand at the end.

    Attributes:
        started: Connections that were ready. `finished`: those that have sent all. `failures`: why others have not,
            bounded; those that the run's end cut off are not among them.
        offered: Messages whose turn has come. `disconnected`: those of them not sent as the connection had closed;
            `blocked`: as it had no room.
        missing_disconnected: Messages that have not come on connections that have closed. `missing_silent`: on those
            that are open.
        missing: Of both, by their place in the recording.
        unexpected: Messages that the recording has none of.
    """

    started: int
    finished: int
    failures: dict[str, int]
    offered: int
    disconnected: int
    blocked: int
    missing_disconnected: int
    missing_silent: int
    missing: list[int]
    unexpected: int


class Replayed:
    """Messages of one agent's connections.

    Args:
        kinds: Of what is received in the recording, in order.

    Attributes:
        origin_ns: When the run's seconds begin to count, and `hold_ns` when its hold began: to be set before anything
            is added.
        answered: How many came from the hold's beginning on.
    """

    def __init__(self, kinds: Sequence[str]) -> None:
        self.origin_ns = self.hold_ns = self.answered = 0
        known = list(dict.fromkeys(kinds))[:KEPT]
        self._kinds = [kind if kind in known else OTHER for kind in kinds]
        self._lag, self._all = Histogram(), Histogram()
        self._times = {kind: Histogram() for kind in dict.fromkeys(self._kinds)}
        self._came = np.zeros(len(kinds), np.int64)
        self._per_second, self._received_per_second = PerSecond(), PerSecond()
        self._by_second = Bins()
        self.sent = self.received = 0

    def note_sent(self, intended_ns: Int64s, sent_ns: Int64s) -> None:
        """Add messages that were sent."""
        self.sent += len(sent_ns)
        if len(sent_ns):
            self._lag.record(sent_ns - intended_ns)
            self._per_second.add(self._second_of(sent_ns))

    def note_received(self, places: Int64s, times_ns: Int64s, received_ns: Int64s) -> None:
        """Add messages that came as recorded; `times_ns` since what each answers was sent, or `UNTIMED`."""
        self.received += len(places)
        self.answered += int(np.count_nonzero(received_ns >= self.hold_ns))
        if not len(places):
            return
        self._came += np.bincount(places, minlength=len(self._kinds))
        self._received_per_second.add(self._second_of(received_ns))
        is_timed = times_ns != UNTIMED
        self._all.record(times_ns[is_timed])
        self._by_second.record(self._second_of(received_ns[is_timed]), times_ns[is_timed])
        for place in np.unique(places[is_timed]).tolist():
            self._times[self._kinds[place]].record(times_ns[is_timed & (places == place)])

    def sends(self, played: Played) -> Sends:
        """Return what was sent."""
        return Sends(
            offered=played.offered,
            sent=self.sent,
            disconnected=played.disconnected,
            blocked=played.blocked,
            lag=self._lag.pack(),
            per_second=pack(self._per_second.counts),
            gaps_ns=[0],
        )

    def arrivals(self, played: Played) -> Arrivals:
        """Return what was received."""
        lost = played.missing_disconnected + played.missing_silent
        return Arrivals(
            owed=self.received + lost,
            received=self.received,
            lost_disconnected=played.missing_disconnected,
            lost_silent=played.missing_silent,
            duplicated=0,
            reordered=0,
            extra=0,
            unmarked=played.unexpected,
            response=self._all.pack(),
            service=b"",
            by_second=self._by_second.pack(),
            received_per_second=pack(self._received_per_second.counts),
            lost_per_second=b"",
        )

    def steps(self, played: Played) -> dict[str, StepFound]:
        """Return by kind how many came or are missing, and the times of those that answered something."""
        found = {}
        for kind, times in self._times.items():
            own = [place for place, one in enumerate(self._kinds) if one == kind]
            missing = sum(played.missing[place] for place in own)
            came = int(self._came[own].sum())
            found[kind] = StepFound(count=came + missing, failed=missing, times=times.pack())
        return found

    @property
    def times(self) -> Packed:
        """Histogram of all times so far."""
        return self._all.pack()

    def _second_of(self, moment_ns: Int64s) -> Int64s:
        return np.maximum(moment_ns - self.origin_ns, 0) // NS_PER_S
