"""What arrived, added up batch by batch while the load runs, and settled when it is over."""

from collections import Counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wswarm.stats import extras
from wswarm.stats.bins import Bins
from wswarm.stats.findings import STILL_OPEN, Arrivals, Window, add_per_second, pack
from wswarm.stats.histogram import Histogram
from wswarm.stats.ledger import Ledger
from wswarm.units import NS_PER_S

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_UNCOUNTED = 1 << 14


class Batch(NamedTuple):
    """Marked arrivals in the order in which they came; int64 arrays of one length.

    `rows` number the receiving connections of this agent from 0.
    """

    rows: Int64s
    publishers: Int64s
    sequences: Int64s
    intended_ns: Int64s
    received_ns: Int64s

    def where(self, mask: Bools) -> "Batch":
        """Return the arrivals at which `mask` is true."""
        return Batch(*(column[mask] for column in self))


class Leavers(NamedTuple):
    """The connections of an agent that were told to leave before the end.

    Attributes:
        left_ns: Per row when it was, `STILL_OPEN` where it was not.
        patience_ns: How long a message may be on its way: what was sent less than that before the connection left
            need not have arrived.
    """

    left_ns: Int64s
    patience_ns: int

    def may_miss(self, sent_ns: Int64s) -> Bools:
        """Return whether what was sent then may have been on its way when the connection left."""
        may_miss: Bools = (self.left_ns != STILL_OPEN) & (sent_ns >= self.left_ns - self.patience_ns)
        return may_miss


class Settlement(NamedTuple):
    """Owed messages of the hold, and what became of them; and those that came though nobody was owed them.

    Attributes:
        early: Sent before their receiver's connection opened. `late`: after it ended. `unsent`: never.
    """

    owed: int
    lost_disconnected: int
    lost_silent: int
    early: int = 0
    late: int = 0
    unsent: int = 0

    @property
    def is_final(self) -> bool:
        """Whether nothing is owed any more that could still come."""
        return self.lost_silent == 0


class Tally:
    """What echo and fan-out have in common.

    Args:
        window: The load's times.
        pairs: Number of (receiver, publisher) pairs.
    """

    def __init__(self, window: Window, pairs: int) -> None:
        self.window = window
        self.ledger = Ledger(pairs)
        self.by_second = Bins()
        self.received_per_second: Int64s = np.zeros(0, np.int64)
        self.lost_per_second: Int64s = np.zeros(0, np.int64)
        self.received_all = 0
        self.settlement = Settlement(0, 0, 0)
        self.begin_hold(window)

    def begin_hold(self, window: Window) -> None:
        """Keep to this window and forget the figures of any hold before; who received what stays known."""
        self.window = window
        self.response = Histogram()
        self.service = Histogram()
        self.duplicated = 0
        self.reordered = 0
        self._extra: Counter[str] = Counter()
        self._unmarked = 0
        self._unmarked_ns: Int64s = np.zeros(0, np.int64)

    def in_hold(self, intended_ns: Int64s) -> Bools:
        """Return which of the intended times lie in the hold."""
        return (intended_ns >= self.window.hold_ns) & (intended_ns < self.window.drain_ns)

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
        is_extra = ~is_possible & self.in_hold(batch.intended_ns)
        self._extra[extras.OF_OTHERS] += int(np.count_nonzero(is_extra & is_others))
        self._extra[extras.NEVER_SENT] += int(np.count_nonzero(is_extra & ~is_others))
        return batch.where(is_possible)

    def enter(self, batch: Batch, cells: Int64s, pairs: Int64s) -> Bools:
        """Enter arrivals in the ledger, count them by kind, and return which are first copies."""
        kinds = self.ledger.record(cells, pairs, batch.sequences)
        in_hold = self.in_hold(batch.intended_ns)
        first_in_hold = kinds.is_first & in_hold
        delay_ns = batch.received_ns - batch.intended_ns
        self.duplicated += int(np.count_nonzero(in_hold & ~kinds.is_first))
        self.reordered += int(np.count_nonzero(kinds.is_reordered & in_hold))
        self.received_all += int(np.count_nonzero(kinds.is_first))
        self.response.record(delay_ns[first_in_hold])
        self.by_second.record(self.second_of(batch.intended_ns[kinds.is_first]), delay_ns[kinds.is_first])
        arrived = np.bincount(self.second_of(batch.received_ns[kinds.is_first]))
        self.received_per_second = add_per_second(self.received_per_second, arrived)
        return kinds.is_first

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

    def note_lost(self, sent_ns: Int64s) -> Int64s:
        """Return how many of the lost messages were sent in each second."""
        return np.bincount(self.second_of(sent_ns)).astype(np.int64)

    def arrivals(self, broadcasts: bytes = b"", by_broadcast: bytes = b"") -> Arrivals:
        """Return the tally as it travels; what the last settlement found is in it."""
        settled = self.settlement
        lost = settled.lost_disconnected + settled.lost_silent
        extra = self._extra + Counter(
            {extras.EARLY: settled.early, extras.LATE: settled.late, extras.NEVER_SENT: settled.unsent}
        )
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
            received_per_second=pack(self.received_per_second),
            lost_per_second=pack(self.lost_per_second),
            broadcasts=broadcasts,
            by_broadcast=by_broadcast,
        )

    def _in_run(self, received_ns: Int64s) -> int:
        """Return how many of the arrivals came in hold or drain."""
        window = self.window
        return int(np.count_nonzero((received_ns >= window.hold_ns) & (received_ns <= window.end_ns)))


class EchoTally(Tally):
    """Replies, each owed to the connection that sent the message.

    Message `sequence` of the connection in `row` has the index sequence × rows + row in `sent_ns`.

    Args:
        positions: Per row, the number that the connection writes into its marks as publisher.
        senders: How many such numbers there are, in all agents.
    """

    def __init__(self, window: Window, positions: Int64s, senders: int) -> None:
        super().__init__(window, len(positions))
        self.positions, self._senders = positions, senders

    def record(self, batch: Batch, sent_ns: Int64s) -> None:
        """Add arrivals; `sent_ns` holds 0 where nothing was sent yet."""
        rows = len(self.positions)
        cells = batch.sequences * rows + batch.rows
        is_own = batch.publishers == self.positions[batch.rows]
        is_possible = is_own & (cells < len(sent_ns))
        is_possible[is_possible] = sent_ns[cells[is_possible]] > 0
        batch = self.only_possible(batch, is_possible, ~is_own & (batch.publishers < self._senders))
        cells = batch.sequences * rows + batch.rows
        is_first = self.enter(batch, cells, batch.rows)
        timed = is_first & self.in_hold(batch.intended_ns)
        self.service.record(batch.received_ns[timed] - sent_ns[cells[timed]])

    def settle(self, sent_ns: Int64s, is_hold: Bools, closed_ns: Int64s) -> Settlement:
        """Return what is owed and lost as things stand.

        Args:
            sent_ns: Per message, 0 where it was not sent.
            is_hold: Per message, whether it belongs to the hold.
            closed_ns: Per row, when the connection was lost, else `STILL_OPEN`.
        """
        is_owed = (sent_ns > 0) & is_hold
        lost = np.flatnonzero(is_owed & ~self.ledger.has(0, len(sent_ns)))
        disconnected = int(np.count_nonzero(closed_ns[lost % len(closed_ns)] != STILL_OPEN))
        self.lost_per_second = self.note_lost(sent_ns[lost])
        self.settlement = Settlement(int(np.count_nonzero(is_owed)), disconnected, len(lost) - disconnected)
        return self.settlement
