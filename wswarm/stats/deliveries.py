"""Deliveries of broadcasts, added up batch by batch while the load runs, and settled when it is over."""

from typing import NamedTuple

import numpy as np

from wswarm.stats.bins import Bins
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Arrivals, Window, add_per_second, pack
from wswarm.stats.tally import Batch, Bools, Int64s, Leavers, Settlement, Tally

_SETTLE_CELLS = 1 << 22


class _Sockets(NamedTuple):
    """The subscribers, per row: deliveries are owed from `opened_ns` until `until_ns`."""

    opened_ns: Int64s
    closed_ns: Int64s
    until_ns: Int64s
    leavers: Leavers | None


class FanoutTally(Tally):
    """Deliveries, each broadcast owed to every subscriber open when it was sent.

    Broadcast `sequence` of `publisher` has the index sequence × publishers + publisher.

    Args:
        rows: Subscribers of this agent.
        publishers: Publishers of the run.
        broadcasts: Broadcasts of the load, warm-up included; the first `warmup` of them are not of the hold.
    """

    def __init__(self, window: Window, rows: int, publishers: int, broadcasts: int, warmup: int) -> None:
        self.rows, self.publishers, self.broadcasts, self.warmup = rows, publishers, broadcasts, warmup
        self._width = max(1, rows)
        super().__init__(window, rows * publishers)

    def begin_hold(self, window: Window) -> None:
        """As `Tally.begin_hold`."""
        super().begin_hold(window)
        self.first_ns: Int64s = np.full(self.broadcasts, STILL_OPEN, np.int64)
        self.last_ns: Int64s = np.full(self.broadcasts, UNKNOWN, np.int64)
        self.owed_by: Int64s = np.zeros(self.broadcasts, np.int64)
        self.received_by: Int64s = np.zeros(self.broadcasts, np.int64)
        self.by_broadcast = Bins()

    def reserve(self, rows: int, broadcasts: int) -> None:
        """Make room for so many subscribers and broadcasts, if there is less."""
        if rows > self.rows:
            self.rows = rows
            self.ledger.add_pairs(rows * self.publishers)
        if rows > self._width:
            width = max(rows, 2 * self._width)
            self.ledger.widen(self._width, width)
            self._width = width
        missing = broadcasts - self.broadcasts
        if missing > 0:
            self.broadcasts += missing
            self.first_ns = np.pad(self.first_ns, (0, missing), constant_values=STILL_OPEN)
            self.last_ns = np.pad(self.last_ns, (0, missing), constant_values=UNKNOWN)
            self.owed_by = np.pad(self.owed_by, (0, missing))
            self.received_by = np.pad(self.received_by, (0, missing))

    def truncate(self, broadcasts: int, warmup: int) -> None:
        """Take it that there were so many broadcasts, and so many of them before the hold."""
        self.broadcasts, self.warmup = broadcasts, warmup
        for name in ("first_ns", "last_ns", "owed_by", "received_by"):
            setattr(self, name, getattr(self, name)[:broadcasts])
        self.by_broadcast.truncate(broadcasts)

    def record(self, batch: Batch) -> None:
        """Add arrivals."""
        index = batch.sequences * self.publishers + batch.publishers
        is_possible = (batch.publishers < self.publishers) & (index < self.broadcasts)
        batch = self.only_possible(batch, is_possible, np.zeros(len(is_possible), np.bool_))
        index = batch.sequences * self.publishers + batch.publishers
        pairs = batch.rows * self.publishers + batch.publishers
        is_first = self.enter(batch, index * self._width + batch.rows, pairs)
        timed = is_first & self.in_hold(batch.intended_ns)
        index, delay_ns = index[timed], (batch.received_ns - batch.intended_ns)[timed]
        np.add.at(self.received_by, index, 1)
        np.minimum.at(self.first_ns, index, delay_ns)
        np.maximum.at(self.last_ns, index, delay_ns)
        self.by_broadcast.record(index, delay_ns)

    def settle(
        self, sent_ns: Int64s, opened_ns: Int64s, closed_ns: Int64s, leavers: Leavers | None = None
    ) -> Settlement:
        """Return what is owed and lost as things stand.

        Args:
            sent_ns: Per broadcast of the load, 0 where it was never sent.
            opened_ns: Per subscriber. `closed_ns`: likewise, `STILL_OPEN` where it did not close.
            leavers: Those that left; from then on they are owed nothing.
        """
        step = max(1, _SETTLE_CELLS // self._width)
        until_ns = closed_ns if leavers is None else np.minimum(closed_ns, leavers.left_ns)
        sockets = _Sockets(opened_ns, closed_ns, until_ns, leavers)
        parts = [(Settlement(0, 0, 0), np.zeros(0, np.int64))] + [
            self._settle_part(low, sent_ns[low : low + step], sockets)
            for low in range(self.warmup, self.broadcasts, step)
        ]
        self.lost_per_second = np.zeros(0, np.int64)
        for _, lost in parts:
            self.lost_per_second = add_per_second(self.lost_per_second, lost)
        self.settlement = Settlement(
            *(sum(column) for column in zip(*(part for part, _ in parts), strict=True))
        )
        return self.settlement

    def _settle_part(self, low: int, sent_ns: Int64s, sockets: _Sockets) -> tuple[Settlement, Int64s]:
        high = low + len(sent_ns)
        sent = sent_ns[:, np.newaxis]
        cells = self.ledger.has(low * self._width, len(sent_ns) * self._width)
        has = cells.reshape(-1, self._width)[:, : self.rows]
        is_owed = (sent > 0) & (sockets.opened_ns <= sent) & (sent < sockets.until_ns)
        if sockets.leavers is not None:
            is_owed &= has | ~self._is_excused(low, sent, sockets.leavers)
        is_lost = is_owed & ~has
        self.owed_by[low:high] = np.count_nonzero(is_owed, axis=1)
        self.received_by[low:high] = np.count_nonzero(is_owed & has, axis=1)
        disconnected = int(np.count_nonzero(is_lost & (sockets.closed_ns != STILL_OPEN)))
        lost = int(np.count_nonzero(is_lost))
        settlement = Settlement(
            int(np.count_nonzero(is_owed)),
            disconnected,
            lost - disconnected,
            *_extra(has & ~is_owed, sent, sockets),
        )
        return settlement, self.note_lost(np.repeat(sent_ns, np.count_nonzero(is_lost, axis=1)))

    def _is_excused(self, low: int, sent: Int64s, leavers: Leavers) -> Bools:
        """Return which deliveries were on their way when their subscriber left: neither owed nor lost.

        Those are sent shortly before, with nothing later of the same publisher received.
        """
        sequence, publisher = np.divmod(np.arange(low, low + len(sent)), self.publishers)
        highest = self.ledger.highest()[: self.rows * self.publishers].reshape(self.rows, self.publishers)
        is_latest = sequence[:, np.newaxis] > highest[:, publisher].T
        is_excused: Bools = is_latest & leavers.may_miss(sent)
        return is_excused

    def findings(self) -> Arrivals:
        """Return the tally as it travels."""
        first_ns = np.where(self.last_ns == UNKNOWN, UNKNOWN, self.first_ns)
        table = np.concatenate((self.owed_by, self.received_by, first_ns, self.last_ns))
        return self.arrivals(pack(table), self.by_broadcast.pack())


def _extra(is_extra: Bools, sent: Int64s, sockets: _Sockets) -> tuple[int, int, int]:
    """Return how many of the deliveries that are not owed came early, late, and of what was never sent."""
    if not is_extra.any():
        return 0, 0, 0
    is_sent = is_extra & (sent > 0)
    early = int(np.count_nonzero(is_sent & (sent < sockets.opened_ns)))
    return early, int(np.count_nonzero(is_sent)) - early, int(np.count_nonzero(is_extra & (sent <= 0)))
