"""Deliveries of the hold that were lost, by who has lost them: one whom the target has lost, or one who is there."""

import numpy as np

from wswarm.stats.findings import Int64s
from wswarm.stats.rooms import Seats
from wswarm.stats.tally import Bools


class Losses:
    """How many each subscriber has lost; of those who are gone, how many in all.

    Attributes:
        of_row: By subscriber.
    """

    def __init__(self) -> None:
        self.of_row: Int64s = np.zeros(0, np.int64)
        self._disconnected = self._silent = 0

    def widen(self, size: int) -> None:
        """Make place for so many subscribers."""
        self.of_row = np.pad(self.of_row, (0, size - len(self.of_row)))

    def forget(self) -> None:
        """Forget all of them."""
        self.of_row = np.zeros_like(self.of_row)
        self._disconnected = self._silent = 0

    def add(self, is_lost: Bools, seats: Seats) -> None:
        """Add deliveries, a row of them per broadcast.

        Args:
            seats: Who the columns are.
        """
        if isinstance(seats, slice):
            self.of_row += np.count_nonzero(is_lost, axis=0)
        else:
            np.add.at(self.of_row, seats[is_lost], 1)

    def part(self, rows: Int64s, is_disconnected: Bools) -> None:
        """Keep of these, who are gone, only what they have lost in all.

        Args:
            is_disconnected: By subscriber whether the target has lost it.
        """
        silent, lost = self._split(self.of_row[rows], is_disconnected[rows])
        self._silent, self._disconnected = self._silent + silent, self._disconnected + lost
        self.of_row[rows] = 0

    @property
    def count(self) -> int:
        """How many in all."""
        return self._silent + self._disconnected + int(self.of_row.sum())

    def settled(self, is_disconnected: Bools) -> tuple[int, int]:
        """Return how many were lost silently, and how many by those whom the target has lost."""
        silent, lost = self._split(self.of_row, is_disconnected)
        return self._silent + silent, self._disconnected + lost

    def _split(self, lost: Int64s, is_disconnected: Bools) -> tuple[int, int]:
        return int(lost[~is_disconnected].sum()), int(lost[is_disconnected].sum())
