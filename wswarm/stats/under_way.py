"""Broadcasts under way: who has received each so far, and after how long."""

from collections.abc import Callable
from itertools import repeat

import numpy as np

from wswarm.stats.findings import STILL_OPEN, Int64s
from wswarm.stats.published import Published, in_rooms
from wswarm.stats.rooms import Rooms
from wswarm.stats.tally import Batch, Bools

PAST, NO_NUMBER = -1, -2
_LEAST_SLOTS = 16
_LEAST_WIDTH = 8
_MOST_UNHEARD = 1 << 14  # broadcasts that were received before anybody told that they were sent


class UnderWay:
    """Broadcasts that are not settled yet, each in a slot: arrays by slot.

    Args:
        rooms: Who of their subscribers is in which.

    Attributes:
        numbers: Of the broadcast. `rooms`: whose it is for.
        intended_ns: When it was due. `sent_ns`: when it was sent, 0 while unknown. `received`: how many have it.
    """

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._slot_of: dict[int, int] = {}
        self._free = list(range(_LEAST_SLOTS))
        self._unheard = 0
        self._delays: Int64s = np.full((_LEAST_SLOTS, _LEAST_WIDTH), STILL_OPEN, np.int64)
        self._size = 0
        self.numbers: Int64s = np.zeros(_LEAST_SLOTS, np.int64)
        self.rooms: Int64s = np.zeros(_LEAST_SLOTS, np.int64)
        self.intended_ns: Int64s = np.zeros(_LEAST_SLOTS, np.int64)
        self.sent_ns: Int64s = np.zeros(_LEAST_SLOTS, np.int64)
        self.received: Int64s = np.zeros(_LEAST_SLOTS, np.int64)
        self._looked: Int64s = np.zeros(_LEAST_SLOTS, np.int64)

    def widen(self, size: int) -> None:
        """Make place for so many members of a room."""
        self._size = size
        width = self._delays.shape[1]
        if size > width:
            more = max(size, 2 * width) - width
            self._delays = np.pad(self._delays, ((0, 0), (0, more)), constant_values=STILL_OPEN)

    def publish(self, published: Published) -> None:
        """Take in what was sent."""
        rooms = published.rooms.tolist() if self._rooms.count > 1 else repeat(0)
        columns = (self.sequences(published), published.intended_ns, published.sent_ns)
        rows = zip(*(one.tolist() for one in columns), strict=True)
        for (number, intended_ns, sent_ns), room in zip(rows, rooms, strict=False):
            slot = self._slot_of.get(number)
            if slot is None:
                slot = self._take(number, room)
            else:
                self._unheard -= 1
            self.intended_ns[slot], self.sent_ns[slot] = intended_ns, sent_ns

    def sequences(self, published: Published) -> Int64s:
        """Return the running numbers of broadcasts."""
        return published.sequences if self._rooms.count > 1 else published.numbers

    def slots_of(self, batch: Batch, is_known: Bools, is_settled: Callable[[int], bool]) -> Int64s:
        """Return each arrival's slot; `PAST` if its broadcast is settled, `NO_NUMBER` if it can't be one."""
        found: Int64s = np.full(len(is_known), NO_NUMBER, np.int64)
        known = np.flatnonzero(is_known)
        if len(known):
            distinct, first, inverse = _distinct(batch.sequences[known])
            moments_ns, rooms = batch.intended_ns[known[first]], self._rooms.of(batch.rows[known[first]])
            slots = [
                self._slot_for(number, room, intended_ns, is_settled)
                for number, room, intended_ns in zip(
                    distinct.tolist(), rooms.tolist(), moments_ns.tolist(), strict=True
                )
            ]
            found[known] = np.array(slots, np.int64)[inverse]
        if self._rooms.count > 1:
            is_there = found >= 0
            is_there[is_there] = self.rooms[found[is_there]] != self._rooms.of(batch.rows[is_there])
            found[is_there] = NO_NUMBER  # the mark names a publisher of this room, and a broadcast of another
        return found

    def enter(self, slots: Int64s, batch: Batch) -> Bools:
        """Enter arrivals in the order in which they came; return which are first copies of broadcasts under way."""
        is_first = np.zeros(len(slots), np.bool_)
        here = np.flatnonzero(slots >= 0)
        cells = slots[here] * self._delays.shape[1] + self._rooms.places(batch.rows[here])
        delays = self._delays.reshape(-1)
        is_new = delays[cells] == STILL_OPEN
        here, cells = here[is_new], cells[is_new]
        delays[cells[::-1]] = here[::-1]  # of several copies the first is written last
        is_earliest = delays[cells] == here
        here, cells = here[is_earliest], cells[is_earliest]
        delays[cells] = batch.received_ns[here] - batch.intended_ns[here]
        is_first[here] = True
        self.received += np.bincount(slots[here], minlength=len(self.received))
        return is_first

    def sent(self) -> Int64s:
        """Return the slots of the broadcasts that were sent, in the order of their sending."""
        slots = np.flatnonzero(self.sent_ns)
        return slots[np.argsort(self.sent_ns[slots], kind="stable")]

    def unsent(self) -> Int64s:
        """Return the slots of what somebody received and nobody is known to have sent."""
        return np.flatnonzero((self.sent_ns == 0) & (self.received > 0))

    def due(self, before_ns: int, audience: Int64s) -> tuple[Int64s, Bools]:
        """Return the slots of broadcasts sent before that, or that so many have; and which are overdue.

        Args:
            audience: By slot how many its room has now, or one number for all.
        """
        is_overdue = (self.sent_ns > 0) & (self.sent_ns < before_ns)
        is_full = (self.sent_ns > 0) & (self.received >= audience) & (self.received > self._looked)
        slots = np.flatnonzero(is_overdue | is_full)
        return slots, is_overdue[slots]

    def note_look(self, slots: Int64s) -> None:
        """Take it that these are not due before somebody else has them, too."""
        self._looked[slots] = self.received[slots]

    def forget(self, number: int) -> None:
        """Forget a broadcast that was received before anybody told of it, and that nobody is owed."""
        slot = self._slot_of.get(number)
        if slot is not None:
            self._unheard -= 1
            self.free(np.array([slot], np.int64))

    def delays(self, slots: Int64s) -> Int64s:
        """Return a row of delays per broadcast, `STILL_OPEN` where there is no delivery."""
        return self._delays[slots, : self._size]

    def without(self, gone: Int64s, until_ns: Int64s) -> Int64s:
        """Return those of the subscribers to whom nothing has come that is under way, or was sent before they ended.

        Args:
            until_ns: By subscriber when it ended.
        """
        if not len(gone):
            return gone
        slots = np.fromiter(self._slot_of.values(), np.int64, len(self._slot_of))
        sent_ns = self.sent_ns[slots]
        rows: Int64s = gone[until_ns[gone] <= sent_ns[sent_ns > 0].min(initial=STILL_OPEN)]
        places = self._rooms.places(rows)
        has = self._delays[np.ix_(slots, places)] != STILL_OPEN
        if self._rooms.count > 1:
            has &= self.rooms[slots][:, np.newaxis] == self._rooms.of(rows)
        without: Int64s = rows[~has.any(axis=0)]
        return without

    def travelling(self, slots: Int64s) -> Int64s:
        """Return the numbers of broadcasts as they travel, with their rooms."""
        numbers = self.numbers[slots]
        return in_rooms(numbers, self.rooms[slots]) if self._rooms.count > 1 else numbers

    def free(self, slots: Int64s) -> None:
        """Forget the broadcasts in these slots."""
        for slot in slots.tolist():
            del self._slot_of[int(self.numbers[slot])]
            self._free.append(slot)
        self._delays[slots] = STILL_OPEN
        self.sent_ns[slots] = self.received[slots] = self._looked[slots] = 0

    def _slot_for(self, number: int, room: int, intended_ns: int, is_settled: Callable[[int], bool]) -> int:
        slot = self._slot_of.get(number)
        if slot is not None:
            return slot
        if is_settled(number):
            return PAST
        if self._unheard >= _MOST_UNHEARD:
            return NO_NUMBER
        self._unheard += 1
        slot = self._take(number, room)
        self.intended_ns[slot] = intended_ns
        return slot

    def _take(self, number: int, room: int) -> int:
        if not self._free:
            before = len(self.numbers)
            self._free = list(range(before, 2 * before))
            self._delays = np.pad(self._delays, ((0, before), (0, 0)), constant_values=STILL_OPEN)
            for name in ("numbers", "rooms", "intended_ns", "sent_ns", "received", "_looked"):
                setattr(self, name, np.pad(getattr(self, name), (0, before)))
        slot = self._slot_of[number] = self._free.pop()
        self.numbers[slot], self.rooms[slot] = number, room
        return slot


def _distinct(numbers: Int64s) -> tuple[Int64s, Int64s, Int64s]:
    """Return the distinct numbers, where each is first, and which of them each is; mostly they lie close together."""
    low, high = int(numbers.min()), int(numbers.max())
    if low == high:
        return numbers[:1], np.zeros(1, np.int64), np.zeros(len(numbers), np.int64)
    if high - low > 4 * len(numbers) + 1024:
        distinct, first, inverse = np.unique(numbers, return_index=True, return_inverse=True)
        return distinct, first, inverse
    place: Int64s = np.full(high - low + 1, -1, np.int64)
    place[(numbers - low)[::-1]] = np.arange(len(numbers))[::-1]
    offsets = np.flatnonzero(place >= 0)
    first = place[offsets]
    place[offsets] = np.arange(len(offsets))
    return offsets + low, first, place[numbers - low]
