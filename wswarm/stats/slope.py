"""The slope of a line through points that may depend on each other, with an interval that bears it."""

from math import inf, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wswarm.stats.compare.student import t_quantile

Floats = npt.NDArray[np.float64]

LEAST_POINTS = 8
_BOTH_SIDES, _ONE_SIDE = 1.959964, 1.644854
_WALKS = 0.6  # neighbours so much alike may as well be steps of a random walk


class Slope(NamedTuple):
    """A slope.

    Attributes:
        estimate: The median of the slopes of all pairs of points.
        low: Of its 95 % interval, as is `high`.
        least: What it is above with 95 %; `most`: what it is below with 95 %.
        p: How likely points without a slope rise as steadily.
    """

    estimate: float
    low: float
    high: float
    least: float
    most: float
    p: float

    @property
    def reach(self) -> float:
        """From the estimate to `least` or `most`, on the average."""
        return (self.most - self.least) / 2

    def times(self, unit: float) -> "Slope":
        """Return the slope of values that are so many times as great."""
        estimate, low, high, least, most, p = self
        return Slope(estimate * unit, low * unit, high * unit, least * unit, most * unit, p)


def slope_of(at: Floats, values: Floats) -> Slope | None:
    """Return the slope of points in the order of `at`; `None` for fewer than eight.

    Source: Theil 1950; Sen 1968, "Estimates of the Regression Coefficient Based on Kendall's Tau", for the bounds by
    ranks. The deviation of Kendall's S is made greater by √((1+r)/(1-r)), r being how much neighbours are alike once
    the line is taken off. Where they are very much alike, the points are taken for a random
    walk, whose steps say how steep it may be by chance. docs/method.md has how often that errs.
    """
    if len(values) < LEAST_POINTS:
        return None
    first, second = np.triu_indices(len(values), 1)
    slopes = np.sort((values[second] - values[first]) / (at[second] - at[first]))
    estimate = float(np.median(slopes))
    r = _correlation(values - estimate * at)
    inflated = sqrt((1 + r) / (1 - r)) if r <= _WALKS else inf
    deviation = sqrt(_variance(values)) * inflated
    if _BOTH_SIDES * deviation > len(slopes) - 2:  # ranks bound nothing
        return _of_walk(at, values, estimate)
    low, high = _bounds(slopes, _BOTH_SIDES * deviation)
    least, most = _bounds(slopes, _ONE_SIDE * deviation)
    return Slope(estimate, low, high, least, most, _p(slopes, deviation))


def _of_walk(at: Floats, values: Floats, estimate: float) -> Slope:
    """Return the slope of points that are steps from one another, of which each is by chance."""
    steps = np.diff(values) / np.diff(at)
    error = float(steps.std(ddof=1)) / sqrt(len(steps))
    both, one = (t_quantile(1 - tail, len(steps) - 1) * error for tail in (0.025, 0.05))
    p = NormalDist().cdf(-estimate / error) if error > 0.0 else 1.0
    return Slope(estimate, estimate - both, estimate + both, estimate - one, estimate + one, p)


def _bounds(slopes: Floats, apart: float) -> tuple[float, float]:
    """Return the slopes that have so many between them, in the middle."""
    rank = int((len(slopes) - apart) / 2)
    return float(slopes[rank - 1]), float(slopes[-rank])


def _variance(values: Floats) -> float:
    """Return the variance of Kendall's S, less what ties take away."""
    count = len(values)
    _, ties = np.unique(values, return_counts=True)
    tied = float((ties * (ties - 1) * (2 * ties + 5)).sum())
    return max(0.0, (count * (count - 1) * (2 * count + 5) - tied) / 18)


def _correlation(left: Floats) -> float:
    """Return the lag-1 correlation, from 0 on; taking a line off makes it seem less by 2/n on the average."""
    left = left - left.mean()
    spread = float((left * left).sum())
    if spread <= 0.0:
        return 0.0
    r = float((left[1:] * left[:-1]).sum()) / spread + 2 / len(left)
    return max(r, 0.0)


def _p(slopes: Floats, deviation: float) -> float:
    score = float(np.sign(slopes).sum())
    return NormalDist().cdf(-(score - 1) / deviation) if deviation > 0.0 and score > 1.0 else 1.0
