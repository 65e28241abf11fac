"""Deliveries that had not come when their broadcasts were settled: four bytes each, by which they still count."""

from array import array

import numpy as np

from wswarm.stats.findings import Int64s
from wswarm.stats.tally import Bools

_COME = -1


class Missing:
    """Who was there for which settled broadcasts and has them not."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._seconds, self._starts = array("q"), array("q", [0])
        self._codes = array("i")  # row × 2 + whether it was owed

    def add(self, number: int, second: int, rows: Int64s, was_owed: Bools) -> None:
        """Add a broadcast that was sent in this second, and its missing deliveries."""
        self._places[number] = len(self._seconds)
        self._seconds.append(second)
        self._codes.frombytes((2 * rows + was_owed).astype(np.int32).tobytes())
        self._starts.append(len(self._codes))

    def __contains__(self, number: int) -> bool:
        return number in self._places

    def come(self, number: int, row: int) -> tuple[int, bool] | None:
        """Take it that one has come; return the second and whether it was owed, `None` if it was not missing."""
        place = self._places.get(number)
        if place is None:
            return None
        low, high = self._starts[place : place + 2]
        found = np.flatnonzero(np.frombuffer(self._codes, np.int32)[low:high] >> 1 == row)
        if not len(found):
            return None
        at = low + int(found[0])
        was_owed, self._codes[at] = bool(self._codes[at] & 1), 2 * _COME
        return self._seconds[place], was_owed
