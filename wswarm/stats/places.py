"""Where what is kept of each subscriber stands: a place that one who is gone leaves is another's of that room."""

import numpy as np

from wswarm.stats.findings import Int64s

NOWHERE = -1


class Places:
    """The places of subscribers, who are numbered as they come: as many as there ever were at once, or a few more.

    Attributes:
        of: By subscriber its place, `NOWHERE` once it has left it.
    """

    def __init__(self) -> None:
        self.of: Int64s = np.zeros(0, np.int64)
        self._used = 0
        self._whose: Int64s = np.zeros(0, np.int64)
        self._rooms: list[int] = []
        self._free: dict[int, list[int]] = {}

    def join(self, rooms: Int64s) -> Int64s:
        """Give a place to each of the next subscribers, who are in these rooms; return the rooms of new places."""
        made: list[int] = []
        places = np.empty(len(rooms), np.int64)
        for at, room in enumerate(rooms.tolist()):
            free = self._free.get(room)
            if free:
                places[at] = free.pop()
            else:
                places[at] = len(self._rooms)
                self._rooms.append(room)
                made.append(room)
        self._note(places)
        return np.array(made, np.int64)

    def rows(self, places: Int64s) -> Int64s:
        """Return who has each of the places, or had it last."""
        return self._whose[places]

    def free(self, places: Int64s) -> None:
        """Take it that who had these is gone."""
        self.of[self._whose[places]] = NOWHERE
        for place in places.tolist():
            self._free.setdefault(self._rooms[place], []).append(place)

    @property
    def given(self) -> int:
        """How many subscribers have been given one."""
        return self._used

    def _note(self, places: Int64s) -> None:
        """Note whose the places are; what is kept by subscriber grows by half."""
        first, self._used = self._used, self._used + len(places)
        if self._used > len(self.of):
            more = max(self._used - len(self.of), len(self.of) // 2)
            self.of = np.pad(self.of, (0, more), constant_values=NOWHERE)
        self.of[first : self._used] = places
        if len(self._rooms) > len(self._whose):
            more = max(len(self._rooms) - len(self._whose), len(self._whose) // 2)
            self._whose = np.pad(self._whose, (0, more))
        self._whose[places] = np.arange(first, self._used)
