"""How many in each second of a run."""

import numpy as np

from wswarm.stats.findings import Int64s

_LEAST_ROOM = 1_024


class PerSecond:
    """A count for each second from the origin on: eight bytes a second, and adding takes as long as what is added."""

    __slots__ = ("_counts", "_size")

    def __init__(self) -> None:
        self._counts: Int64s = np.zeros(_LEAST_ROOM, np.int64)
        self._size = 0

    @property
    def counts(self) -> Int64s:
        """The count of each second, up to the last that has any; to be read only."""
        return self._counts[: self._size]

    def add(self, seconds: Int64s) -> None:
        """Count one in each of these seconds, which are ≥ 0."""
        if not len(seconds):
            return
        first = int(seconds.min())
        counts = np.bincount(seconds - first)
        end = first + len(counts)
        if end > len(self._counts):
            self._counts = np.pad(self._counts, (0, max(end, 2 * len(self._counts)) - len(self._counts)))
        self._counts[first:end] += counts
        self._size = max(self._size, end)

    def take_back(self, second: int) -> None:
        """Count one less in a second that has been counted in."""
        self._counts[second] -= 1
