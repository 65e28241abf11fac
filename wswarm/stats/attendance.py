"""When each subscriber opened, was lost and was told to leave: told to the account of broadcasts, by place."""

from collections.abc import Sequence

import numpy as np

from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import STILL_OPEN, Int64s
from wswarm.stats.places import NOWHERE
from wswarm.units import NS_PER_S

_LEAST_ROOM = 16
_PART_EVERY_NS = NS_PER_S
_PARTING_NS = 2 * NS_PER_S  # after it left nothing is received on a connection any more


class Attendance:
    """Subscribers as they come and go, numbered as they come.

    Args:
        tally: What is received. `patience_ns`: how long what is owed is waited for.
    """

    def __init__(self, tally: Broadcasts, patience_ns: int) -> None:
        self._tally, self._patience_ns = tally, patience_ns
        known = max(_LEAST_ROOM, tally.audience.size)  # those of a load before
        self._times_ns: Int64s = np.full((3, known), STILL_OPEN, np.int64)
        self._part_ns = 0

    @property
    def given(self) -> int:
        """How many subscribers are known."""
        return self._tally.audience.places.given

    def places(self, rows: Int64s) -> Int64s:
        """Return the place of each of the subscribers."""
        return self._tally.audience.places.of[rows]

    def join(self, rooms: Int64s) -> None:
        """Take in the next subscribers, who are in these rooms; their times follow."""
        if not len(rooms):
            return
        audience = self._tally.audience
        joined = audience.places.join(rooms)
        count, room = audience.size + len(joined), self._times_ns.shape[1]
        if count > room:
            more = max(count, 2 * room) - room
            self._times_ns = np.pad(self._times_ns, ((0, 0), (0, more)), constant_values=STILL_OPEN)
        self._tell(count, joined)

    def see(self, rows: Sequence[int], times_ns: Int64s) -> None:
        """Take in of subscribers when each opened, was lost, was told to leave, three arrays."""
        places = self.places(np.array(rows, np.int64))
        is_here = places != NOWHERE
        self._times_ns[:, places[is_here]] = times_ns[:, is_here]
        self._tell(self._tally.audience.size)

    def part(self, now: int) -> None:
        """Now and then let go of those that have left, or were lost, so long ago that nothing can come of them."""
        if now < self._part_ns:
            return
        self._part_ns = now + _PART_EVERY_NS
        gone = self._tally.part(now - self._patience_ns - _PARTING_NS)
        if len(gone):
            self._times_ns[:, gone] = STILL_OPEN
            self._tell(self._tally.audience.size)

    def _tell(self, count: int, joined: Int64s | None = None) -> None:
        opened_ns, closed_ns, left_ns = self._times_ns[:, :count]
        self._tally.see(opened_ns, closed_ns, left_ns, joined)
