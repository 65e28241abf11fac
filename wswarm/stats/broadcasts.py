"""Deliveries of broadcasts, each followed for as long as it is under way and then reduced to a row.

A broadcast is settled when all who were open have received it, or the patience after it was sent. For ever there are
a bit per broadcast, and four bytes per delivery that was lost, by which it still counts if it comes.
"""

from collections import deque
from collections.abc import Iterable

import msgspec
import numpy as np

from wswarm.stats import extras, reach
from wswarm.stats.audience import Audience, Owed
from wswarm.stats.findings import STILL_OPEN, Arrivals, Reached, Window, together
from wswarm.stats.ledger import Ledger
from wswarm.stats.missing import Missing
from wswarm.stats.per_second import PerSecond
from wswarm.stats.published import Published
from wswarm.stats.tally import Batch, Bools, Int64s, Settlement, Tally
from wswarm.stats.under_way import NO_NUMBER, PAST, UnderWay

_CELLS_AT_ONCE = 1 << 17  # some 5 ms
_LATEST = 64


class Broadcasts(Tally):
    """Deliveries to the subscribers of one agent.

    Args:
        publishers: Connection ids of the publishers.
        patience_ns: How long after its sending a delivery may come and cost nothing to remember.
        audience: The subscribers as a load before has come to know them.
    """

    def __init__(
        self,
        window: Window,
        publishers: Iterable[int],
        patience_ns: int,
        audience: Audience | None = None,
    ) -> None:
        self._lost_of_row: Int64s = np.zeros(0, np.int64)
        super().__init__(window)
        self._publishers = np.array(sorted(publishers), np.int64)
        self._patience_ns = patience_ns
        self._under_way = UnderWay()
        self.audience = audience or Audience(patience_ns)
        self._settled = Ledger()
        self._missing = Missing()
        self._rows: list[Reached] = []
        self._latest: deque[Reached] = deque(maxlen=_LATEST)

    def begin_hold(self, window: Window) -> None:
        """As `Tally.begin_hold`."""
        super().begin_hold(window)
        self._owed_in_all = 0
        self._lost_of_row = np.zeros_like(self._lost_of_row)
        self.lost_per_second = PerSecond()

    def see(self, opened_ns: Int64s, closed_ns: Int64s, left_ns: Int64s) -> None:
        """Take in when each subscriber opened, was lost, was told to leave; `STILL_OPEN` where it was not."""
        self.audience.see(opened_ns, closed_ns, left_ns)
        self._under_way.widen(len(opened_ns))
        self._lost_of_row = np.pad(self._lost_of_row, (0, len(opened_ns) - len(self._lost_of_row)))
        self.order.add_pairs(len(opened_ns) * len(self._publishers))

    def publish(self, published: Published) -> None:
        """Take in what was sent."""
        is_new = np.array([number not in self._settled for number in published.numbers.tolist()], np.bool_)
        self._under_way.publish(published.where(is_new))

    def record(self, batch: Batch) -> None:
        """Add arrivals."""
        publisher = self._place_of(batch.publishers)
        is_known = self._publishers[publisher] == batch.publishers
        slots = self._under_way.slots_of(batch, is_known, self._settled.__contains__)
        is_possible = slots != NO_NUMBER
        kept = is_possible & (batch.received_ns <= self.window.end_ns)
        if not kept.all():
            slots, publisher = slots[kept], publisher[kept]
        batch = self.only_possible(batch, is_possible, ~is_known)
        is_first = self._under_way.enter(slots, batch)
        past = np.flatnonzero(slots == PAST)
        if len(past):
            is_extra = np.zeros(len(slots), np.bool_)
            is_first[past], is_extra[past] = self._enter_past(batch.where(past))
            batch, is_first, publisher = batch.where(~is_extra), is_first[~is_extra], publisher[~is_extra]
            slots = slots[~is_extra]
        pairs = batch.rows * len(self._publishers) + publisher
        self._count_in(slots, batch, is_first, self.order.overtaken(pairs, batch.sequences))
        self.audience.hear(batch.rows, batch.intended_ns)

    def _count_in(self, slots: Int64s, batch: Batch, is_first: Bools, is_overtaken: Bools) -> None:  # noqa: ARG002  # for who waits for answers
        """Count arrivals."""
        self.count(batch, is_first, is_overtaken)

    def _place_of(self, ids: Int64s) -> Int64s:
        """Return the place of the publisher with each id, or of another if there is none."""
        if len(self._publishers) == 1:
            return np.zeros(len(ids), np.int64)
        place = np.searchsorted(self._publishers, ids)
        place[place == len(self._publishers)] = 0
        return place

    def settle_some(self, now: int, *, is_over: bool = False) -> bool:
        """Settle broadcasts whose time has come, a few at a time; return whether that leaves some.

        Args:
            is_over: Nothing more will come: settle all.
        """
        before_ns = STILL_OPEN if is_over else now - self._patience_ns
        slots, is_overdue = self._under_way.due(before_ns, self.audience.open)
        most = self._at_once
        if len(slots):
            self._settle(slots[:most], is_overdue[:most])
        return len(slots) > most

    def is_owed(self) -> bool:
        """Return whether something is missing that could still come, as things stand."""
        if self._lost_silent():
            return True
        slots, is_lost = self._under_way.sent(), self.audience.is_lost()
        slots = slots[self.in_hold(self._under_way.intended_ns[slots])]
        for low in range(0, len(slots), self._at_once):
            if (self._owed(slots[low : low + self._at_once]).is_lost & ~is_lost).any():
                return True
        return False

    def findings(self) -> Arrivals:
        """Return the tally as it travels, once all is settled."""
        for intended_ns, received in zip(*self._under_way.unsent(), strict=True):
            self.note_extra(extras.NEVER_SENT, np.full(received, intended_ns))
        silent, lost = self._lost_silent(), int(self._lost_of_row.sum())
        self.settlement = Settlement(self._owed_in_all, lost - silent, silent)
        rows, self._rows = self._rows, []
        return msgspec.structs.replace(super().findings(), broadcasts=together(rows))

    def take_settled(self) -> list[Reached]:
        """As `Tally.take_settled`, with what became of the broadcasts settled since."""
        rows, self._rows = self._rows, []
        return rows + super().take_settled()

    def latest(self, most: int) -> reach.Reach:
        """Return the latest broadcasts as they stand, of those under way not what they owe."""
        slots = self._under_way.sent()[-most:]
        owed = np.zeros(len(slots), np.int64)
        rows = reach.rows_of(self._under_way.numbers[slots], owed, self._under_way.delays(slots))
        found = reach.put_together([*self._latest, rows])
        return reach.Reach(*(column[-most:] for column in found))

    @property
    def _at_once(self) -> int:
        return max(1, _CELLS_AT_ONCE // max(1, self.audience.size))

    def _lost_silent(self) -> int:
        return int(self._lost_of_row[~self.audience.is_lost()].sum())

    def _owed(self, slots: Int64s) -> Owed:
        way, publishers = self._under_way, len(self._publishers)
        highest = self.order.highest()[: self.audience.size * publishers].reshape(-1, publishers)
        is_latest = way.numbers[slots, np.newaxis] > highest.max(axis=1, initial=-1)
        has = way.delays(slots) != STILL_OPEN
        return self.audience.owed(way.sent_ns[slots], way.intended_ns[slots], has, is_latest)

    def _settle(self, slots: Int64s, is_overdue: Bools) -> None:
        way = self._under_way
        has_all = (way.received[slots] == self.audience.size) & (
            way.sent_ns[slots] >= self.audience.full_from_ns
        )
        if has_all.any():
            self._settle_whole(slots[has_all])
        slots, is_overdue = slots[~has_all], is_overdue[~has_all]
        if len(slots):
            is_absent = self.audience.were_there(way.sent_ns[slots]) & (way.delays(slots) == STILL_OPEN)
            is_done = is_overdue | ~is_absent.any(axis=1)
            way.note_look(slots[~is_done])
            self._settle_others(slots[is_done], is_absent[is_done])

    def _settle_whole(self, slots: Int64s) -> None:
        """Settle broadcasts that all who ever were have received, and were there for: mostly it is so."""
        way, size = self._under_way, self.audience.size
        numbers = way.numbers[slots]
        self._owed_in_all += size * int(np.count_nonzero(self.in_hold(way.intended_ns[slots])))
        self._note_row(reach.rows_of(numbers, np.full(len(slots), size), way.delays(slots)))
        self._note_settled(numbers)
        way.free(slots)

    def _settle_others(self, slots: Int64s, is_absent: Bools) -> None:
        """Settle broadcasts of which somebody who was there may have none, or somebody one who was not."""
        way, owed = self._under_way, self._owed(slots)
        numbers, sent_ns = way.numbers[slots], way.sent_ns[slots]
        self._add(owed, sent_ns, way.intended_ns[slots])
        delays_ns = np.where(owed.is_owed, way.delays(slots), STILL_OPEN)
        self._note_row(reach.rows_of(numbers, np.count_nonzero(owed.is_owed, axis=1), delays_ns))
        self._note_settled(numbers)
        seconds = self.second_of(sent_ns).tolist()
        for at in np.flatnonzero(is_absent.any(axis=1)).tolist():
            rows = np.flatnonzero(is_absent[at])
            self._missing.add(int(numbers[at]), seconds[at], rows, owed.is_lost[at, rows])
        way.free(slots)

    def _note_settled(self, numbers: Int64s) -> None:
        for number in numbers.tolist():
            self._settled.add(number)

    def _note_row(self, row: Reached) -> None:
        self._rows.append(row)
        self._latest.append(row)

    def _add(self, owed: Owed, sent_ns: Int64s, intended_ns: Int64s) -> None:
        """Count what is settled."""
        in_hold = self.in_hold(intended_ns)
        self._owed_in_all += int(np.count_nonzero(owed.is_owed[in_hold]))
        self._lost_of_row += np.count_nonzero(owed.is_lost[in_hold], axis=0)
        lost_ns = np.repeat(sent_ns[in_hold], np.count_nonzero(owed.is_lost[in_hold], axis=1))
        self.lost_per_second.add(self.second_of(lost_ns))
        for kind, is_extra in ((extras.EARLY, owed.is_early), (extras.LATE, owed.is_late)):
            self.note_extra(kind, np.repeat(intended_ns, np.count_nonzero(is_extra, axis=1)))

    def _enter_past(self, batch: Batch) -> tuple[Bools, Bools]:
        """Enter arrivals of settled broadcasts; return which are first copies, and which nobody was owed."""
        is_early = ~self.audience.opened_before(batch.rows, batch.intended_ns)
        self.note_extra(extras.EARLY, batch.intended_ns[is_early])
        is_first = np.zeros(len(is_early), np.bool_)
        distinct, place = np.unique(batch.sequences, return_inverse=True)
        is_known = np.array([number in self._missing for number in distinct.tolist()], np.bool_)
        for at in np.flatnonzero(is_known[place] & ~is_early).tolist():
            is_first[at] = self._enter_missing(*(int(column[at]) for column in batch))
        return is_first, is_early

    def _enter_missing(
        self, row: int, _publisher: int, number: int, intended_ns: int, received_ns: int
    ) -> bool:
        """Enter a delivery of a settled broadcast; return whether it is a first copy."""
        missed = self._missing.come(number, row)
        if missed is None:
            return False
        second, was_owed = missed
        self._note_row(reach.correction(number, received_ns - intended_ns, was_owed=was_owed))
        if self.in_hold(np.array([intended_ns]))[0]:
            self._owed_in_all += not was_owed
            self._lost_of_row[row] -= was_owed
            if was_owed:
                self.lost_per_second.take_back(second)
        return True
