"""Samples of any length of time in a bounded number of places, which hold more of it each when they are full."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from wswarm.stats.slope import Floats

PLACES = 2_048


class Kept(NamedTuple):
    """What is left of the samples: a row per place, in the order of time; values have a column per figure.

    Attributes:
        at: The mean of their moments. `counts`: how many samples there were.
    """

    at: Floats
    counts: Floats
    mean: Floats
    least: Floats
    most: Floats


class Ring:
    """Sums, extremes and counts of samples; two places become one when all are taken, so nothing is left out.

    Args:
        figures: How many values a sample has.
        places: How many there are, an even number.
    """

    def __init__(self, figures: int, places: int = PLACES) -> None:
        self._sums: Floats = np.zeros((places, figures + 1))
        self._least: Floats = np.full((places, figures), np.inf)
        self._most: Floats = np.full((places, figures), -np.inf)
        self._count: Floats = np.zeros(places)
        self._taken, self._each = 0, 1

    def add(self, at: float, values: Sequence[float]) -> None:
        """Add a sample; moments ascend."""
        if self._taken and self._count[self._taken - 1] < self._each:
            place = self._taken - 1
        else:
            if self._taken == len(self._count):
                self._halve()
            place, self._taken = self._taken, self._taken + 1
        self._sums[place] += (at, *values)
        self._least[place] = np.minimum(self._least[place], values)
        self._most[place] = np.maximum(self._most[place], values)
        self._count[place] += 1

    def kept(self) -> Kept:
        """Return what is left of the samples."""
        count = self._count[: self._taken]
        means = self._sums[: self._taken] / count[:, np.newaxis]
        return Kept(
            means[:, 0], count.copy(), means[:, 1:], self._least[: self._taken], self._most[: self._taken]
        )

    def _halve(self) -> None:
        half = len(self._count) // 2
        self._sums[:half] = self._sums[::2] + self._sums[1::2]
        self._least[:half] = np.minimum(self._least[::2], self._least[1::2])
        self._most[:half] = np.maximum(self._most[::2], self._most[1::2])
        self._count[:half] = self._count[::2] + self._count[1::2]
        for column, empty in (
            (self._sums, 0.0),
            (self._least, np.inf),
            (self._most, -np.inf),
            (self._count, 0.0),
        ):
            column[half:] = empty
        self._taken, self._each = half, 2 * self._each
