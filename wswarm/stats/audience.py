"""Who is owed which broadcasts: subscribers that come and go, each there for its part of the run."""

from typing import NamedTuple

import numpy as np

from wswarm.stats.findings import STILL_OPEN, Int64s
from wswarm.stats.places import Places
from wswarm.stats.rooms import Rooms, Seats, is_taken
from wswarm.stats.tally import Bools
from wswarm.units import NS_PER_S

GRACE_NS = 2 * NS_PER_S  # so long after it opened the server has a subscriber in its room, or owes it anyway


class Owed(NamedTuple):
    """What deliveries are, a row per broadcast, a column per member of its room.

    Attributes:
        is_awaited: Which may come yet: those missing, and to who has had nothing the first.
        is_early: Received, though sent before the subscriber opened. `is_late`: though it had ended, or was leaving.
    """

    is_owed: Bools
    is_lost: Bools
    is_awaited: Bools
    is_early: Bools
    is_late: Bools


class Audience:
    """The subscribers of one agent.

    Args:
        patience_ns: What was sent less than that before a subscriber left may have been on its way.
        rooms: How many rooms they are in.
        grace_ns: How long after it opened the server may need until a subscriber is one.

    Attributes:
        rooms: Who is in which. `size`: how many subscribers there are.
        open: By room how many are open now.
        until_ns: When each subscriber was lost or told to leave; `STILL_OPEN`: it is there, or nobody has its place.
        places: Where each stands; what is said of subscribers here goes by place.
        full_from_ns: By room: what is sent from then on is sent to all in it; `STILL_OPEN` if not all are open.
    """

    def __init__(self, patience_ns: int, rooms: int = 1, grace_ns: int = GRACE_NS) -> None:
        self._patience_ns, self._grace_ns = patience_ns, grace_ns
        self.rooms, self.places = Rooms(rooms), Places()
        self._opened_ns = self._closed_ns = self._left_ns = self.until_ns = np.zeros(0, np.int64)
        self._since_ns: Int64s = np.zeros(0, np.int64)
        self.size = 0
        self.open: Int64s = np.zeros(rooms, np.int64)
        self.full_from_ns: Int64s = np.full(rooms, STILL_OPEN, np.int64)

    def see(
        self, opened_ns: Int64s, closed_ns: Int64s, left_ns: Int64s, joined: Int64s | None = None
    ) -> None:
        """Take in when each opened, was lost and was told to leave; `STILL_OPEN` where it was not.

        Args:
            joined: The rooms of those that have not been seen before; `None`: there is only one.
        """
        self._opened_ns, self._closed_ns, self._left_ns = opened_ns, closed_ns, left_ns
        self.until_ns = np.minimum(closed_ns, left_ns)
        more = len(opened_ns) - self.size
        self._since_ns = np.pad(self._since_ns, (0, more), constant_values=STILL_OPEN)
        self.size = len(opened_ns)
        self.rooms.join(np.zeros(more, np.int64) if joined is None else joined)
        self.open = self.rooms.counted((opened_ns != STILL_OPEN) & (self.until_ns == STILL_OPEN))
        is_full = self.open == self.rooms.sizes
        self.full_from_ns = np.where(is_full, self.rooms.greatest(opened_ns), STILL_OPEN)

    def hear(self, rows: Int64s, intended_ns: Int64s) -> None:
        """Take in what subscribers received: from the first on that is no replay, they are owed what follows."""
        is_before = (intended_ns < self._since_ns[rows]) & (intended_ns >= self._opened_ns[rows])
        if is_before.any():
            np.minimum.at(self._since_ns, rows[is_before], intended_ns[is_before])

    def ended(self, before_ns: int) -> Int64s:
        """Return which have ended before that."""
        return np.flatnonzero(self.until_ns < before_ns)

    def part(self, rows: Int64s) -> None:
        """Take it that these are gone: their places are for others, whose times are told with the next that come."""
        self._since_ns[rows] = STILL_OPEN
        self.places.free(rows)

    def deaf(self, since_ns: int) -> int:
        """Return how many have received nothing that were open at that moment and are still."""
        was_open = (self._opened_ns <= since_ns) & (self.until_ns == STILL_OPEN)
        return int(np.count_nonzero(was_open & (self._since_ns == STILL_OPEN)))

    def were_there(self, sent_ns: Int64s, seats: Seats) -> Bools:
        """Return per broadcast and member of its room whether that was open when it was sent."""
        sent = sent_ns[:, np.newaxis]
        were_there: Bools = (self._opened_ns[seats] <= sent) & (sent < self.until_ns[seats])
        return were_there if isinstance(seats, slice) else were_there & is_taken(seats)

    def is_lost(self) -> Bools:
        """Return which subscribers the target has lost."""
        is_lost: Bools = self._closed_ns != STILL_OPEN
        return is_lost

    def opened_before(self, rows: Int64s, moments_ns: Int64s) -> Bools:
        """Return of each of the rows whether it was open by then."""
        opened_before: Bools = self._opened_ns[rows] <= moments_ns
        return opened_before

    def owed(self, sent_ns: Int64s, intended_ns: Int64s, has: Bools, is_latest: Bools, seats: Seats) -> Owed:
        """Return what is owed of broadcasts.

        Args:
            has: Which deliveries have come, a row per broadcast. `is_latest`: which would be a subscriber's last.
            seats: Who the columns are.
        """
        sent, opened_ns, left_ns = sent_ns[:, np.newaxis], self._opened_ns[seats], self._left_ns[seats]
        is_joined = (self._since_ns[seats] <= intended_ns[:, np.newaxis]) | (
            opened_ns <= sent - self._grace_ns
        )
        were_there = self.were_there(sent_ns, seats)
        is_owed = were_there & (has | is_joined)
        if (left_ns != STILL_OPEN).any():
            may_miss = (left_ns != STILL_OPEN) & (sent >= left_ns - self._patience_ns)
            is_owed &= has | ~(is_latest & may_miss)
        is_early = has & ~is_owed & (sent < opened_ns)
        is_first = were_there & (self._since_ns[seats] == STILL_OPEN) & (left_ns == STILL_OPEN)
        is_awaited = (is_owed | is_first) & ~has & (self._closed_ns[seats] == STILL_OPEN)
        return Owed(is_owed, is_owed & ~has, is_awaited, is_early, has & ~is_owed & ~is_early)
