"""What arrived, added up batch by batch while the load runs, and settled when it is over."""

from collections import Counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wswarm.results.counts import Counts
from wswarm.stats import extras
from wswarm.stats.bins import Bins
from wswarm.stats.findings import Arrivals, Reached, Window, pack
from wswarm.stats.histogram import Histogram
from wswarm.stats.kept import Keeper
from wswarm.stats.ledger import Order
from wswarm.stats.per_second import PerSecond
from wswarm.stats.stage_bins import keys_of
from wswarm.units import NS_PER_S

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_UNCOUNTED = 1 << 14
CLOCKS_NS = NS_PER_S  # the most by which clocks of two machines are taken to differ


class Batch(NamedTuple):
    """Marked arrivals in the order in which they came; int64 arrays of one length.

    `rows` number the receiving connections of this agent from 0.
    """

    rows: Int64s
    publishers: Int64s
    sequences: Int64s
    intended_ns: Int64s
    received_ns: Int64s

    def where(self, mask: Bools | Int64s) -> "Batch":
        """Return the arrivals at which `mask` is true, or those in these places."""
        return Batch(*(column[mask] for column in self))


class Settlement(NamedTuple):
    """Owed messages of the hold, and what became of them."""

    owed: int
    lost_disconnected: int
    lost_silent: int

    @property
    def is_final(self) -> bool:
        """Whether nothing is owed any more that could still come."""
        return self.lost_silent == 0


class Tally:
    """What echo and fan-out have in common.

    Args:
        window: The load's times.

    Attributes:
        keeper: Keeps the times of each message, if somebody wants them.
    """

    def __init__(self, window: Window) -> None:
        self.window = window
        self.keeper: Keeper | None = None
        self.order = Order()
        self.by_second = Bins()
        self.received_per_second = PerSecond()
        self.received_all = 0
        self.settlement = Settlement(0, 0, 0)
        self.begin_hold(window)

    def begin_hold(self, window: Window) -> None:
        """Keep to this window and forget the figures of any hold before; who received what stays known."""
        self.window = window
        self.response = Histogram()
        self.service = Histogram()
        self._by_stage = Bins()
        self.duplicated = 0
        self.reordered = 0
        self._extra: Counter[str] = Counter()
        self._unowed = 0
        self.lost_per_second = PerSecond()
        self._unmarked = 0
        self._unmarked_ns: Int64s = np.zeros(0, np.int64)

    def in_hold(self, intended_ns: Int64s) -> Bools:
        """Return which of the intended times lie in the hold."""
        return (intended_ns >= self.window.hold_ns) & (intended_ns < self.window.drain_ns)

    def can_be(self, batch: Batch) -> Bools:
        """Return which marks name a moment of the run before they came: no others were written."""
        intended_ns = batch.intended_ns
        can_be: Bools = (intended_ns >= self.window.origin_ns - CLOCKS_NS) & (
            intended_ns <= batch.received_ns + CLOCKS_NS
        )
        return can_be

    def only_possible(self, batch: Batch, is_possible: Bools, is_others: Bools) -> Batch:
        """Drop arrivals after the drain, count those that nobody owes as extra, and return the others.

        Args:
            is_others: Of those that are not possible, which another connection sent; the others nobody did.
        """
        in_time = batch.received_ns <= self.window.end_ns
        if not in_time.all():
            batch, is_possible, is_others = batch.where(in_time), is_possible[in_time], is_others[in_time]
        if is_possible.all():
            return batch
        for kind, mask in ((extras.OF_OTHERS, is_others), (extras.NEVER_SENT, ~is_others)):
            dropped = batch.where(~is_possible & mask)
            arrived_ns = np.minimum(dropped.received_ns, self.window.drain_ns - 1)
            moments_ns = np.where(self.can_be(dropped), dropped.intended_ns, arrived_ns)
            self.note_extra(kind, moments_ns, self.receivers_rooms(dropped.rows))
        return batch.where(is_possible)

    def count(
        self, batch: Batch, is_first: Bools, is_overtaken: Bools, sent_ns: Int64s | None = None
    ) -> Bools:
        """Count arrivals by kind, and return which are first copies of the hold.

        Args:
            is_overtaken: Which came after one of their sender's with a higher number; a first copy is then reordered.
            sent_ns: When they were sent, where that is known here.
        """
        in_hold = self.in_hold(batch.intended_ns)
        first_in_hold = is_first & in_hold
        delay_ns = batch.received_ns - batch.intended_ns
        self.duplicated += int(np.count_nonzero(in_hold & ~is_first))
        self.reordered += int(np.count_nonzero(first_in_hold & is_overtaken))
        self.received_all += int(np.count_nonzero(is_first))
        self.response.record(delay_ns[first_in_hold])
        if self.window.stage_ends_ns:
            self._by_stage.record(
                keys_of(batch.intended_ns[first_in_hold], self.window), delay_ns[first_in_hold]
            )
        self.by_second.record(self.second_of(batch.intended_ns[is_first]), delay_ns[is_first])
        self.received_per_second.add(self.second_of(batch.received_ns[is_first]))
        if self.keeper is not None:
            self._keep(
                self.keeper, batch.where(first_in_hold), None if sent_ns is None else sent_ns[first_in_hold]
            )
        return first_in_hold

    def _keep(self, keeper: Keeper, batch: Batch, sent_ns: Int64s | None) -> None:
        keeper.add(batch.rows, batch.sequences, batch.intended_ns, sent_ns, batch.received_ns)

    def receivers_rooms(self, rows: Int64s) -> Int64s | None:  # noqa: ARG002  # where there are rooms
        """Return the room of each of the rows; `None` where there is only one."""
        return None

    def note_extra(self, kind: str, intended_ns: Int64s, rooms: Int64s | None = None) -> int:  # noqa: ARG002  # likewise
        """Count arrivals of the hold that nobody was owed, and return how many they are.

        Args:
            rooms: That they came into.
        """
        count = int(np.count_nonzero(self.in_hold(intended_ns)))
        self._extra[kind] += count
        return count

    def note_unmarked(self, received_ns: Int64s) -> None:
        """Add arrivals without our marker; the latest stay uncounted, for a cut may still move the window."""
        if not len(received_ns):
            return
        arrived = np.concatenate((self._unmarked_ns, received_ns))
        counted, self._unmarked_ns = np.split(arrived, [max(0, len(arrived) - _UNCOUNTED)])
        self._unmarked += self._in_run(counted)

    def second_of(self, moment_ns: Int64s) -> Int64s:
        """Return the whole seconds from the origin to each moment."""
        return np.maximum(moment_ns - self.window.origin_ns, 0) // NS_PER_S

    def take_settled(self) -> list[Reached]:
        """Return what is over since the last time: its place is with the front end, not here."""
        seconds, of_stages = self.by_second.take_closed(), self._by_stage.take_closed()
        return [Reached(by_second=seconds, by_stage=of_stages)] if seconds or of_stages else []

    def given_up(self) -> int:
        """Return how many messages of the hold count as lost so far, though they may come yet."""
        return 0

    def counts(self) -> Counts:
        """Return how many messages of the hold came so far, cheaply; not what is owed of those under way."""
        return Counts(
            received=self.response.n - self._unowed,
            lost=self.given_up(),
            duplicated=self.duplicated,
            reordered=self.reordered,
            extra=self._extra.total(),
        )

    def findings(self) -> Arrivals:
        """Return the tally as it travels, but for what `take_settled` gave; the last settlement is in it."""
        settled = self.settlement
        lost = settled.lost_disconnected + settled.lost_silent
        extra = +self._extra
        return Arrivals(
            owed=settled.owed,
            received=settled.owed - lost,
            lost_disconnected=settled.lost_disconnected,
            lost_silent=settled.lost_silent,
            duplicated=self.duplicated,
            reordered=self.reordered,
            extra=extra.total(),
            extra_kinds=dict(extra),
            unmarked=self._unmarked + self._in_run(self._unmarked_ns),
            response=self.response.pack(),
            service=self.service.pack(),
            by_second=self.by_second.pack(),
            by_stage=self._by_stage.pack(),
            received_per_second=pack(self.received_per_second.counts),
            lost_per_second=pack(self.lost_per_second.counts),
        )

    def _in_run(self, received_ns: Int64s) -> int:
        """Return how many of the arrivals came in hold or drain."""
        window = self.window
        return int(np.count_nonzero((received_ns >= window.hold_ns) & (received_ns <= window.end_ns)))
