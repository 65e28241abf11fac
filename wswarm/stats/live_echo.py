"""Replies while connections come and go: messages are numbered through, whoever sends them."""

from typing import NamedTuple

import numpy as np

from wswarm.stats.findings import STILL_OPEN, Window
from wswarm.stats.tally import Batch, Bools, Int64s, Leavers, Settlement, Tally


class SendLog(NamedTuple):
    """Messages of one agent in the order of their numbers: equally long int64 arrays, ns.

    Attributes:
        sent_ns: 0 where it was not sent. `rows`: the sender's.
    """

    sent_ns: Int64s
    intended_ns: Int64s
    rows: Int64s


class LiveEchoTally(Tally):
    """Replies, each owed to the connection that sent the message.

    A mark's sequence number is the message's place among all of this agent, its publisher the sender's row.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window, 0)

    def record(self, batch: Batch, log: SendLog, rows: int) -> None:
        """Add arrivals on one of `rows` connections."""
        self.ledger.add_pairs(rows)
        is_own = batch.publishers == batch.rows
        is_possible = is_own & (batch.sequences < len(log.sent_ns))
        cells = batch.sequences[is_possible]
        is_possible[is_possible] = (log.sent_ns[cells] > 0) & (log.rows[cells] == batch.rows[is_possible])
        batch = self.only_possible(batch, is_possible, ~is_own)
        is_first = self.enter(batch, batch.sequences, batch.rows)
        timed = is_first & self.in_hold(batch.intended_ns)
        self.service.record(batch.received_ns[timed] - log.sent_ns[batch.sequences[timed]])

    def settle(self, log: SendLog, closed_ns: Int64s, leavers: Leavers) -> Settlement:
        """Return what is owed and lost as things stand.

        Args:
            closed_ns: Per row, when the connection was lost, else `STILL_OPEN`.
            leavers: Those that left; what was on its way to them is neither owed nor lost.
        """
        is_owed = (log.sent_ns > 0) & self.in_hold(log.intended_ns)
        has = self.ledger.has(0, len(log.sent_ns))
        is_owed &= has | ~self._is_excused(log, leavers)
        lost = np.flatnonzero(is_owed & ~has)
        disconnected = int(np.count_nonzero(closed_ns[log.rows[lost]] != STILL_OPEN))
        self.lost_per_second = self.note_lost(log.sent_ns[lost])
        self.settlement = Settlement(int(np.count_nonzero(is_owed)), disconnected, len(lost) - disconnected)
        return self.settlement

    def _is_excused(self, log: SendLog, leavers: Leavers) -> Bools:
        highest = self.ledger.highest()
        is_latest = np.arange(len(log.rows)) > (highest[log.rows] if len(highest) else -1)
        may_miss = Leavers(leavers.left_ns[log.rows], leavers.patience_ns).may_miss(log.sent_ns)
        is_excused: Bools = is_latest & may_miss
        return is_excused
