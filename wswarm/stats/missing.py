"""Deliveries that had not come when their broadcasts were settled: four bytes each, by which they still count."""

from array import array
from bisect import bisect_left

import numpy as np

from wswarm.stats.findings import Int64s
from wswarm.stats.tally import Bools

_COME = -1


class Missing:
    """Who was there for which settled broadcasts and has them not."""

    def __init__(self) -> None:
        self._numbers = array("q")  # ascending, as are those of the broadcasts that are settled in turn
        self._seconds, self._starts, self._sizes = array("i"), array("q"), array("i")
        self._codes = array("i")  # row × 2 + whether it was owed

    def add(self, number: int, second: int, rows: Int64s, was_owed: Bools) -> None:
        """Add a broadcast that was sent in this second, and its missing deliveries."""
        place = bisect_left(self._numbers, number)
        self._numbers.insert(place, number)
        self._seconds.insert(place, second)
        self._starts.insert(place, len(self._codes))
        self._sizes.insert(place, len(rows))
        self._codes.frombytes((2 * rows + was_owed).astype(np.int32).tobytes())

    def __contains__(self, number: int) -> bool:
        return self._place_of(number) is not None

    def come(self, number: int, row: int) -> tuple[int, bool] | None:
        """Take it that one has come; return the second and whether it was owed, `None` if it was not missing."""
        place = self._place_of(number)
        if place is None:
            return None
        low = self._starts[place]
        codes = np.frombuffer(self._codes, np.int32)[low : low + self._sizes[place]]
        found = np.flatnonzero(codes >> 1 == row)
        if not len(found):
            return None
        at = low + int(found[0])
        was_owed, self._codes[at] = bool(self._codes[at] & 1), 2 * _COME
        return self._seconds[place], was_owed

    def _place_of(self, number: int) -> int | None:
        place = bisect_left(self._numbers, number)
        return place if place < len(self._numbers) and self._numbers[place] == number else None
