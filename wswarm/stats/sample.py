"""Values that one run measured, and how far its percentiles may be from what that run would give for ever."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist
from typing import Self

import numpy as np
import numpy.typing as npt

from wswarm.stats.histogram import Histogram

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sample:
    """Values, each with how often it occurred; at least one.

    Attributes:
        values: Ascending, in the unit of what is measured.
        counts: As many, each > 0.
        independent: How many observations they are worth: all of them, or the number of broadcasts, whose
            deliveries resemble each other.
    """

    values: Floats
    counts: Int64s
    independent: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Self | None:
        """Return the sample of these values, `None` without any."""
        found, counts = np.unique(np.array([*values], np.float64), return_counts=True)
        return cls(found, counts, int(counts.sum())) if len(found) else None

    @classmethod
    def of_histogram(cls, encoded: str | None, independent: int | None = None) -> Self | None:
        """Return the times in s of a stored histogram, `None` without any.

        Args:
            encoded: As in a run file.
            independent: As the attribute; all of them unless given.

        Raises:
            ValueError: the text is no histogram of ours.
        """
        histogram = Histogram.decode(encoded) if encoded else Histogram()
        values_ns, counts = histogram.occupied()
        if not histogram.n:
            return None
        worth = histogram.n if independent is None else min(independent, histogram.n)
        return cls(values_ns / 1e9, counts, worth)

    @property
    def n(self) -> int:
        """How many values there are."""
        return int(self.counts.sum())

    def reached(self) -> Floats:
        """Return for each value the share of all values that are at most as great; the last is 1."""
        reached: Floats = np.cumsum(self.counts) / self.counts.sum()
        return reached

    def quantile(self, share: float) -> float:
        """Return the least value that `share` of all values do not exceed."""
        rank = max(1, ceil(share * self.n - 1e-9))
        return float(self.values[int(np.searchsorted(np.cumsum(self.counts), rank))])

    def quantile_interval(self, share: float, alpha: float) -> tuple[float, float] | None:
        """Return between which values the quantile lies, each bound missed with chance `alpha`.

        `None` if the sample is too small to say. It knows nothing of how the next run would differ.
        Source: the ranks np ± z √(np(1-p)), as for the percentiles of a run (Conover, Practical Nonparametric
        Statistics, 3.2).
        """
        reach = NormalDist().inv_cdf(1 - alpha) * sqrt(self.independent * share * (1 - share))
        low, high = self.independent * share - reach, self.independent * share + reach
        if low < 1 or high > self.independent:
            return None
        return self.quantile(low / self.independent), self.quantile(high / self.independent)
