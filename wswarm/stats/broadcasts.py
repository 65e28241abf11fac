"""Deliveries of broadcasts, each followed for as long as it is under way and then reduced to a row.

A broadcast is owed to the subscribers of its room. It is settled when all of them who were open have received it, or
the patience after it was sent. For ever there are a bit per broadcast, and four bytes per delivery that was lost, by
which it still counts if it comes.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from wswarm.stats import extras, reach
from wswarm.stats.audience import Audience, Owed
from wswarm.stats.findings import STILL_OPEN, Arrivals, Reached, Window, pack
from wswarm.stats.ledger import Ledger
from wswarm.stats.losses import Losses
from wswarm.stats.missing import Missing
from wswarm.stats.published import Published, in_rooms
from wswarm.stats.rooms import Publishers, Seats
from wswarm.stats.settled import SettledRows
from wswarm.stats.tally import Batch, Bools, Int64s, Settlement, Tally
from wswarm.stats.under_way import NO_NUMBER, PAST, UnderWay

_CELLS_AT_ONCE = 1 << 17  # some 5 ms
_MOST_AT_ONCE = 1 << 10  # of small rooms: some 15 ms


class Broadcasts(Tally):
    """Deliveries to the subscribers of one agent.

    Args:
        publishers: Connection ids of the publishers. `rooms`: the room of each; empty: there is only one.
        patience_ns: How long after its sending a delivery may come and cost nothing to remember.
        audience: The subscribers, perhaps as a load before has come to know them; `None`: new ones in one room.
    """

    def __init__(
        self,
        window: Window,
        publishers: Sequence[int],
        patience_ns: int,
        audience: Audience | None = None,
        rooms: Sequence[int] = (),
    ) -> None:
        self._losses = Losses()
        self.audience = audience or Audience(patience_ns)
        self._rooms = self.audience.rooms
        super().__init__(window)
        self._publishers, self._patience_ns = Publishers(publishers, rooms), patience_ns
        self._under_way = UnderWay(self._rooms)
        self._settled, self._missing = Ledger(), Missing()
        self._rows = SettledRows()

    def begin_hold(self, window: Window) -> None:
        """As `Tally.begin_hold`."""
        super().begin_hold(window)
        self._owed_in_all = self._unclear = 0
        self._losses.forget()
        self._extra_of_room = np.zeros(self._rooms.count, np.int64)

    def see(
        self, opened_ns: Int64s, closed_ns: Int64s, left_ns: Int64s, joined: Int64s | None = None
    ) -> None:
        """Take in how subscribers come and go, as `Audience.see` has it."""
        self.audience.see(opened_ns, closed_ns, left_ns, joined)
        self._under_way.widen(self._rooms.width)
        self._losses.widen(len(opened_ns))
        self.order.add_pairs(len(opened_ns) * self._publishers.each)

    def part(self, before_ns: int) -> Int64s:
        """Forget subscribers that have ended before that, as far as nothing under way can be theirs; return them."""
        gone = self._under_way.without(self.audience.ended(before_ns), self.audience.until_ns)
        if len(gone):
            self._losses.part(gone, self.audience.is_lost())
            self.order.forget(gone, self._publishers.each)
            self.audience.part(gone)
        return gone

    def publish(self, published: Published) -> None:
        """Take in what was sent; what is for a room without a subscriber here is settled by that."""
        sequences = self._under_way.sequences(published)
        is_new = np.array([number not in self._settled for number in sequences.tolist()], np.bool_)
        if self._rooms.count > 1:
            is_for_us = self._rooms.sizes[published.rooms] > 0
            self._settled.enter(sequences[is_new & ~is_for_us])
            is_new &= is_for_us
        self._under_way.publish(published.where(is_new))

    def record(self, batch: Batch) -> None:
        """Add arrivals."""
        batch, publisher, is_known = self._of_own_room(batch)
        slots = self._under_way.slots_of(batch, is_known & self.can_be(batch), self._settled.__contains__)
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
        pairs = batch.rows * self._publishers.each + self._publishers.places(publisher)
        self._count_in(slots, batch, is_first, self.order.overtaken(pairs, batch.sequences))
        self.audience.hear(batch.rows, batch.intended_ns)

    def _count_in(self, slots: Int64s, batch: Batch, is_first: Bools, is_overtaken: Bools) -> None:  # noqa: ARG002  # for who waits for answers
        """Count arrivals."""
        self.count(batch, is_first, is_overtaken)

    def receivers_rooms(self, rows: Int64s) -> Int64s | None:
        """As `Tally.receivers_rooms`."""
        return self._rooms.of(rows) if self._rooms.count > 1 else None

    def note_extra(self, kind: str, intended_ns: Int64s, rooms: Int64s | None = None) -> int:
        """As `Tally.note_extra`, also of the room that it came into."""
        count = super().note_extra(kind, intended_ns)
        if rooms is not None:
            of_hold = rooms[self.in_hold(intended_ns)]
            self._extra_of_room += np.bincount(of_hold, minlength=self._rooms.count)
        return count

    def _of_own_room(self, batch: Batch) -> tuple[Batch, Int64s, Bools]:
        """Return the arrivals without those for another room, where each's publisher is and whether it is one."""
        publisher, is_known = self._publishers.find(batch.publishers)
        if self._rooms.count == 1:
            return batch, publisher, is_known
        rooms = self._rooms.of(batch.rows)
        is_foreign = is_known & (self._publishers.rooms[publisher] != rooms)
        told = is_foreign & (batch.received_ns <= self.window.end_ns)
        self.note_extra(extras.OTHER_ROOM, batch.intended_ns[told], rooms[told])
        own = ~is_foreign
        return batch.where(own), publisher[own], is_known[own]

    def settle_some(self, now: int, *, is_over: bool = False) -> bool:
        """Settle broadcasts whose time has come, a few at a time; return whether that leaves some.

        Args:
            is_over: Nothing more will come: settle all.
        """
        before_ns = STILL_OPEN if is_over else now - self._patience_ns
        open_now = self._rooms.each(self.audience.open, self._under_way.rooms)
        slots, is_overdue = self._under_way.due(before_ns, open_now)
        most = self._at_once
        if len(slots):
            self._settle(slots[:most], is_overdue[:most])
        return len(slots) > most

    def is_owed(self) -> bool:
        """Return whether something is missing that could still come, as things stand."""
        if self._losses.of_row[self.audience.until_ns == STILL_OPEN].any():
            return True
        slots = self._under_way.sent()
        slots = slots[self.in_hold(self._under_way.intended_ns[slots])]
        some = (slots[low : low + self._at_once] for low in range(0, len(slots), self._at_once))
        return any(self._owed(one).is_awaited.any() for one in some)

    def given_up(self) -> int:
        """As `Tally.given_up`."""
        return self._losses.count

    def findings(self, *, is_over: bool = True) -> Arrivals:
        """Return the tally as it travels, once all is settled; or so far, of what is."""
        way, unsent = self._under_way, self._under_way.unsent()[: None if is_over else 0]
        self._note_extras(extras.NEVER_SENT, unsent, way.received[unsent])
        silent, disconnected = self._losses.settled(self.audience.is_lost())
        self.settlement = Settlement(self._owed_in_all, disconnected, silent)
        of_room = pack(self._extra_of_room) if self._rooms.count > 1 else b""
        rows, unclear = self._rows.take_together(), self._unclear
        found = super().findings()
        return msgspec.structs.replace(found, broadcasts=rows, extra_of_room=of_room, unclear=unclear)

    def take_settled(self) -> list[Reached]:
        """As `Tally.take_settled`, with what became of the broadcasts settled since."""
        return self._rows.take() + super().take_settled()

    def latest(self, most: int) -> reach.Reach:
        """Return the latest broadcasts as they stand, of those under way not what they owe."""
        return self._rows.latest(most, self._under_way)

    @property
    def _at_once(self) -> int:
        return max(1, min(_MOST_AT_ONCE, _CELLS_AT_ONCE // max(1, self._rooms.width)))

    def _seats(self, slots: Int64s) -> Seats:
        return self._rooms.seats(self._under_way.rooms[slots])

    def _note_extras(self, kind: str, slots: Int64s, counts: Int64s) -> None:
        """Count so many deliveries of each of these broadcasts, that were counted when they came, as extra."""
        way = self._under_way
        rooms = np.repeat(way.rooms[slots], counts) if self._rooms.count > 1 else None
        self._unowed += self.note_extra(kind, np.repeat(way.intended_ns[slots], counts), rooms)

    def _owed(self, slots: Int64s) -> Owed:
        way, seats = self._under_way, self._seats(slots)
        latest = self.order.latest(self.audience.size, self._publishers.each)[seats]
        is_latest = way.numbers[slots, np.newaxis] > latest
        has = way.delays(slots) != STILL_OPEN
        return self.audience.owed(way.sent_ns[slots], way.intended_ns[slots], has, is_latest, seats)

    def _settle(self, slots: Int64s, is_overdue: Bools) -> None:
        way, each, rooms = self._under_way, self._rooms.each, self._under_way.rooms[slots]
        has_all = (way.received[slots] == each(self._rooms.sizes, rooms)) & (
            way.sent_ns[slots] >= each(self.audience.full_from_ns, rooms)
        )
        if has_all.any():
            self._settle_whole(slots[has_all])
        slots, is_overdue = slots[~has_all], is_overdue[~has_all]
        if len(slots):
            were_there = self.audience.were_there(way.sent_ns[slots], self._seats(slots))
            is_absent = were_there & (way.delays(slots) == STILL_OPEN)
            is_done = is_overdue | ~is_absent.any(axis=1)
            way.note_look(slots[~is_done])
            self._settle_others(slots[is_done], is_absent[is_done])

    def _settle_whole(self, slots: Int64s) -> None:
        """Settle broadcasts that all who ever were have received, and were there for: mostly it is so."""
        way = self._under_way
        received = way.received[slots]
        self._owed_in_all += int(received[self.in_hold(way.intended_ns[slots])].sum())
        self._rows.note(reach.rows_of(way.travelling(slots), received, way.delays(slots)))
        self._settled.enter(way.numbers[slots])
        way.free(slots)

    def _settle_others(self, slots: Int64s, is_absent: Bools) -> None:
        """Settle broadcasts of which somebody who was there may have none, or somebody one who was not."""
        way, owed = self._under_way, self._owed(slots)
        numbers, sent_ns = way.numbers[slots], way.sent_ns[slots]
        self._add(owed, slots)
        is_unclear = is_absent & ~owed.is_lost
        self._unclear += int(np.count_nonzero(is_unclear[self.in_hold(way.intended_ns[slots])]))
        delays_ns = np.where(owed.is_owed, way.delays(slots), STILL_OPEN)
        self._rows.note(
            reach.rows_of(way.travelling(slots), np.count_nonzero(owed.is_owed, axis=1), delays_ns)
        )
        self._settled.enter(numbers)
        seconds = self.second_of(sent_ns).tolist()
        for at in np.flatnonzero(is_absent.any(axis=1)).tolist():
            places = np.flatnonzero(is_absent[at])
            rows = self._rooms.rows(int(way.rooms[slots[at]]), places)
            self._missing.add(int(numbers[at]), seconds[at], rows, owed.is_lost[at, places])
            if self.keeper is not None:
                lost = rows[owed.is_lost[at, places]]
                self.keeper.lose(lost, numbers[at], way.intended_ns[slots[at]], sent_ns[at])
        way.free(slots)

    def _add(self, owed: Owed, slots: Int64s) -> None:
        """Count what is settled."""
        in_hold = self.in_hold(self._under_way.intended_ns[slots])
        is_lost = owed.is_lost[in_hold]
        self._owed_in_all += int(np.count_nonzero(owed.is_owed[in_hold]))
        self._losses.add(is_lost, self._seats(slots[in_hold]))
        lost_ns = np.repeat(self._under_way.sent_ns[slots[in_hold]], np.count_nonzero(is_lost, axis=1))
        self.lost_per_second.add(self.second_of(lost_ns))
        for kind, is_extra in ((extras.EARLY, owed.is_early), (extras.LATE, owed.is_late)):
            self._note_extras(kind, slots, np.count_nonzero(is_extra, axis=1))

    def _enter_past(self, batch: Batch) -> tuple[Bools, Bools]:
        """Enter arrivals of settled broadcasts; return which are first copies, and which nobody was owed."""
        is_early = ~self.audience.opened_before(batch.rows, batch.intended_ns)
        early = batch.where(is_early)
        self.note_extra(extras.EARLY, early.intended_ns, self.receivers_rooms(early.rows))
        is_first = np.zeros_like(is_early)
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
        key = int(in_rooms(np.array(number), self._rooms.of(np.array([row])))[0])
        self._rows.note(reach.correction(key, received_ns - intended_ns, was_owed=was_owed))
        if self.in_hold(np.array([intended_ns]))[0]:
            self._owed_in_all += not was_owed
            self._unclear -= not was_owed
            self._losses.of_row[row] -= was_owed
            if was_owed:
                self.lost_per_second.take_back(second)
        return True
