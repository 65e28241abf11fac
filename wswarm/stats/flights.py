"""Replies, each owed to the connection that sent the message, which is followed for as long as it is under way.

Messages are numbered through per agent, whoever sends them, and a mark names the connection and that number. What is
older than the patience is counted and forgotten, but for what has not come: of that a table is kept, so that it still
counts if it comes. For ever there is one bit per message, which tells a second copy from a first.
"""

import numpy as np

from wswarm.stats.findings import STILL_OPEN, Window
from wswarm.stats.kept import Keeper
from wswarm.stats.ledger import BLOCK, Ledger
from wswarm.stats.overdue import INTENDED, NEVER_WILL_BE, NUMBER, ROW, SENT, Overdue
from wswarm.stats.per_second import PerSecond
from wswarm.stats.tally import Batch, Bools, Int64s, Settlement, Tally

_LONG_AGO = 1


class Flights(Tally):
    """Replies to the messages of one agent.

    Args:
        last_id: The greatest id of any connection; a mark of a greater one nobody wrote.
        patience_ns: How long a reply may take and cost nothing to remember; and what was sent less than that before
            its connection was told to leave need not have been answered.

    Attributes:
        joined: How many rows there are.
    """

    def __init__(self, window: Window, last_id: int, patience_ns: int) -> None:
        super().__init__(window)
        self._ledger = Ledger()
        self._last_id, self._patience_ns = last_id, patience_ns
        self.joined = 0
        self._ids: Int64s = np.zeros(0, np.int64)
        self._spoke_ns: Int64s = np.zeros(0, np.int64)
        self._first = self._count = 0
        self._room: Int64s = np.zeros((3, BLOCK), np.int64)
        self._flying = self._room  # from the first that is not forgotten on
        self._overdue = Overdue()

    def begin_hold(self, window: Window) -> None:
        """As `Tally.begin_hold`."""
        super().begin_hold(window)
        self._settled = self._given_up = 0
        self._lost: Int64s = np.zeros((4, 0), np.int64)

    def join(self, ids: Int64s) -> None:
        """Take it that rows have been added, with these ids."""
        if len(ids):
            first, self.joined = self.joined, self.joined + len(ids)
            more = max(0, self.joined - len(self._ids))
            if more:
                room = (0, max(more, self.joined // 2))
                self._ids, self._spoke_ns = np.pad(self._ids, room), np.pad(self._spoke_ns, room)
            self._ids[first : self.joined] = ids
            self.order.add_pairs(self.joined)

    @property
    def spoke_ns(self) -> Int64s:
        """Per row when something was last sent on it, 0 for never."""
        return self._spoke_ns[: self.joined]

    def expect(self, intended_ns: Int64s, rows: Int64s) -> None:
        """Take it that the next messages are due then, on these rows; they are numbered through from 0."""
        count = self._count + len(rows)
        if count > self._flying.shape[1]:
            self._make_room(count)
        self._flying[:, self._count : count] = intended_ns, np.zeros(len(rows), np.int64), rows
        self._count = count

    def _make_room(self, count: int) -> None:
        """Move what is under way to the front, where it takes half the room at most with so many messages."""
        room = self._room
        if 2 * count > room.shape[1]:
            room = np.zeros((3, 1 << (2 * count - 1).bit_length()), np.int64)
        room[:, : self._count] = self._flying[:, : self._count]
        self._room = self._flying = room

    def note_sent(self, numbers: Int64s, sent_ns: Int64s) -> None:
        """Note when messages were sent; one that waited for room may be among those that are overdue."""
        self._set(numbers, sent_ns)
        np.maximum.at(self._spoke_ns, self._look_up(numbers)[ROW], sent_ns)

    def note_unsent(self, numbers: Int64s) -> None:
        """Note that messages will never be sent."""
        self._set(numbers, np.full(len(numbers), NEVER_WILL_BE))

    def sent_ns(self, numbers: Int64s) -> Int64s:
        """Return when messages were sent, 0 or less for those that were not; of what was answered long ago 1."""
        sent_ns: Int64s = self._look_up(numbers)[SENT]
        return sent_ns

    def is_own(self, batch: Batch) -> Bools:
        """Return which arrivals name the connection that received them."""
        own: Bools = batch.publishers == self._ids[batch.rows]
        return own

    def record(self, batch: Batch) -> None:
        """Add arrivals."""
        message = self._look_up(batch.sequences)
        sent_ns, is_own = message[SENT], self.is_own(batch)
        is_as_sent = (message[ROW] == batch.rows) & (message[INTENDED] == batch.intended_ns)
        is_possible = is_own & (sent_ns > 0) & (is_as_sent | (sent_ns == _LONG_AGO))
        is_others = ~is_own & (batch.publishers <= self._last_id)
        kept = is_possible & (batch.received_ns <= self.window.end_ns)
        batch = self.only_possible(batch, is_possible, is_others)
        sent_ns = sent_ns if kept.all() else sent_ns[kept]
        is_first = self._ledger.enter(batch.sequences)
        timed = self.count(batch, is_first, self.order.overtaken(batch.rows, batch.sequences), sent_ns)
        self.service.record(batch.received_ns[timed] - sent_ns[timed])
        self._land(batch.where(is_first))

    def retire(self, now: int) -> None:
        """Forget what is older than the patience, as far as it has come."""
        while self._count >= BLOCK and self._flying[INTENDED, :BLOCK].max() < now - self._patience_ns:
            block = self._flying[:, :BLOCK]
            has_come = self._ledger.has(self._first, BLOCK)
            self._settled += int(np.count_nonzero(has_come & self.in_hold(block[INTENDED])))
            late = np.flatnonzero(~has_come & (block[SENT] != NEVER_WILL_BE))
            if len(late):
                self._overdue.add(np.vstack((block[:, late], self._first + late)))
                self._given_up += int(np.count_nonzero(self.in_hold(block[INTENDED, late])))
            self._count -= BLOCK
            self._first += BLOCK
            self._flying = self._flying[:, BLOCK:]

    def given_up(self) -> int:
        """As `Tally.given_up`."""
        return self._given_up

    def keep_lost(self, keeper: Keeper) -> None:
        """Have those kept that were lost when it was settled last."""
        lost = self._lost
        keeper.add(lost[ROW], lost[NUMBER], lost[INTENDED], lost[SENT], None)

    def settle(self, closed_ns: Int64s, left_ns: Int64s, before_ns: int = STILL_OPEN) -> Settlement:
        """Return what is owed and lost as things stand.

        Args:
            closed_ns: Per row when the connection was lost, else `STILL_OPEN`.
            left_ns: Per row when it was told to leave, likewise; what was on its way to it is neither owed nor lost.
            before_ns: What was sent later and has not come is neither, too.
        """
        flying = np.vstack((self._flying[:, : self._count], self._first + np.arange(self._count)))
        is_owed = (flying[SENT] > 0) & self.in_hold(flying[INTENDED])
        has_come = self._ledger.has(self._first, self._count)
        missing = np.concatenate((self._overdue.table(), flying[:, is_owed & ~has_come]), axis=1)
        is_lost = (missing[SENT] > 0) & (missing[SENT] < before_ns) & self.in_hold(missing[INTENDED])
        lost = self._lost = missing[:, is_lost & ~self._is_excused(missing, left_ns)]
        disconnected = int(np.count_nonzero(closed_ns[lost[ROW]] != STILL_OPEN))
        self.lost_per_second = PerSecond()
        self.lost_per_second.add(self.second_of(lost[SENT]))
        owed = self._settled + int(np.count_nonzero(is_owed & has_come)) + lost.shape[1]
        self.settlement = Settlement(owed, disconnected, lost.shape[1] - disconnected)
        return self.settlement

    def _is_excused(self, missing: Int64s, left_ns: Int64s) -> Bools:
        """Return which messages were sent shortly before their sender left, with no later one answered."""
        left = left_ns[missing[ROW]]
        is_latest = missing[NUMBER] > self.order.highest()[missing[ROW]]
        is_excused: Bools = is_latest & (left != STILL_OPEN) & (missing[SENT] >= left - self._patience_ns)
        return is_excused

    def _land(self, batch: Batch) -> None:
        """Mark what has come at last among those overdue."""
        past = batch.sequences[batch.sequences < self._first]
        if len(past):
            come = int(np.count_nonzero(self.in_hold(self._overdue.take(past))))
            self._settled, self._given_up = self._settled + come, self._given_up - come

    def _set(self, numbers: Int64s, sent_ns: Int64s) -> None:
        at = numbers - self._first
        is_past = at < 0
        if is_past.any():
            self._overdue.note_sent(numbers[is_past], sent_ns[is_past])
            at, sent_ns = at[~is_past], sent_ns[~is_past]
        self._flying[SENT, at] = sent_ns

    def _look_up(self, numbers: Int64s) -> Int64s:
        """Return when messages were due, when they were sent, see `sent_ns`, and on which rows."""
        at = numbers - self._first
        is_flying = (at >= 0) & (at < self._count)
        if is_flying.all():
            flying: Int64s = self._flying.take(at, axis=1)
            return flying
        found: Int64s = np.zeros((3, len(at)), np.int64)
        found[:, is_flying] = self._flying[:, at[is_flying]]
        past = np.flatnonzero(at < 0)
        place, is_there = self._overdue.find(numbers[past])
        has_come = self._ledger.have(numbers[past])
        found[SENT, past] = np.where(has_come, _LONG_AGO, 0)
        is_there &= ~has_come
        for which in (INTENDED, SENT, ROW):
            found[which, past[is_there]] = self._overdue.column(which)[place[is_there]]
        return found
