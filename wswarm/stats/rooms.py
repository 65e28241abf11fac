"""Rooms: who of an agent's subscribers is in which, and who publishes to which.

A broadcast is followed by the places of its room's members, so that many small rooms take as much as one large one.
"""

from collections.abc import Sequence

import numpy as np

from wswarm.stats.findings import Int64s
from wswarm.stats.tally import Bools

Seats = Int64s | slice

_NOBODY = -1
_EVERYBODY = slice(None)


class Rooms:
    """The rooms of one agent's subscribers; where there is only one, a subscriber's place in it is its row.

    Attributes:
        count: How many rooms there are. `sizes`: how many subscribers each has here, or ever had.
    """

    def __init__(self, count: int = 1) -> None:
        self.count = count
        self.sizes: Int64s = np.zeros(count, np.int64)
        self._rooms: Int64s = np.zeros(0, np.int64)
        self._places: Int64s = np.zeros(0, np.int64)
        self._members: Int64s = np.full((count, 1), _NOBODY, np.int64)

    @property
    def width(self) -> int:
        """How many subscribers the largest room has here."""
        return int(self.sizes.max())

    def join(self, rooms: Int64s) -> None:
        """Take it that the next rows are in these rooms."""
        if self.count == 1:
            self.sizes += len(rooms)
            return
        order = np.argsort(rooms, kind="stable")
        ordered, rows = rooms[order], len(self._rooms) + order
        places = self.sizes[ordered] + np.arange(len(rooms)) - np.searchsorted(ordered, ordered)
        self.sizes += np.bincount(rooms, minlength=self.count)
        width = self._members.shape[1]
        if self.width > width:
            more = max(self.width, 2 * width) - width
            self._members = np.pad(self._members, ((0, 0), (0, more)), constant_values=_NOBODY)
        self._members[ordered, places] = rows
        self._rooms = np.concatenate((self._rooms, rooms))
        self._places = np.concatenate((self._places, places[np.argsort(order)]))

    def of(self, rows: Int64s) -> Int64s:
        """Return the room of each of the rows."""
        return np.zeros(len(rows), np.int64) if self.count == 1 else self._rooms[rows]

    def places(self, rows: Int64s) -> Int64s:
        """Return the place of each of the rows in its room."""
        return rows if self.count == 1 else self._places[rows]

    def rows(self, room: int, places: Int64s) -> Int64s:
        """Return who has these places in the room."""
        return places if self.count == 1 else self._members[room, places]

    def seats(self, rooms: Int64s) -> Seats:
        """Return the rows of each room's members, a row of them per room: an index of what is kept by row."""
        return _EVERYBODY if self.count == 1 else self._members[rooms, : self.width]

    def each(self, values: Int64s, rooms: Int64s) -> Int64s:
        """Return of values by room those of each of the rooms; a single one where there is one room."""
        return values if self.count == 1 else values[rooms]

    def counted(self, is_so: Bools) -> Int64s:
        """Return of how many rows that is so, by room."""
        if self.count == 1:
            return np.array([np.count_nonzero(is_so)], np.int64)
        return np.bincount(self._rooms[is_so], minlength=self.count)

    def greatest(self, values: Int64s) -> Int64s:
        """Return the greatest of values by row, by room; 0 for a room without any."""
        greatest: Int64s = np.zeros(self.count, np.int64)
        if self.count == 1:
            greatest[0] = values.max(initial=0)
        else:
            np.maximum.at(greatest, self._rooms, values)
        return greatest


class Publishers:
    """Who publishes, each to one room.

    Args:
        ids: Their connection ids, in any order. `rooms`: the room of each; empty: all publish to the only one.

    Attributes:
        rooms: In the order of the ids, ascending. `each`: how many the room with most has.
    """

    def __init__(self, ids: Sequence[int], rooms: Sequence[int] = ()) -> None:
        order = np.argsort(np.array(ids, np.int64), kind="stable")
        self._ids: Int64s = np.array(ids, np.int64)[order]
        self.rooms: Int64s = np.array(rooms or [0] * len(ids), np.int64)[order]
        by_room = np.argsort(self.rooms, kind="stable")
        ordered = self.rooms[by_room]
        self._places: Int64s = np.zeros(len(ids), np.int64)
        self._places[by_room] = np.arange(len(ids)) - np.searchsorted(ordered, ordered)
        self.each = int(self._places.max(initial=-1)) + 1

    def find(self, ids: Int64s) -> tuple[Int64s, Bools]:
        """Return where in the order of the ids each of these is, and whether it is there at all."""
        if len(self._ids) == 1:
            return np.zeros(len(ids), np.int64), ids == self._ids[0]
        index = np.searchsorted(self._ids, ids)
        index[index == len(self._ids)] = 0
        return index, self._ids[index] == ids

    def places(self, index: Int64s) -> Int64s:
        """Return the place in its room of each that was found there."""
        return index if self.each == len(self._ids) else self._places[index]


def is_taken(seats: Seats) -> Bools | bool:
    """Return which seats somebody has."""
    return True if isinstance(seats, slice) else seats != _NOBODY
