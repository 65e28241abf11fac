"""The slope of a line through points that may depend on each other, with an interval that bears it."""

from math import inf, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEAST_POINTS = 8
_BOTH_SIDES, _ONE_SIDE = 1.959964, 1.644854
_MOST_CORRELATION = 0.9  # beyond it so few points can't tell how they depend on each other


class Slope(NamedTuple):
    """A slope, with infinite bounds where the points don't bound it.

    Attributes:
        estimate: The median of the slopes of all pairs of points.
        low: Of its 95 % interval, as is `high`.
        least: What it is above with 95 %; `most`: what it is below with 95 %.
        p: How likely points without a slope rise as steadily.
        reach: From the estimate to `least` or `most`, also where the points don't bound it: by how far their slopes
            spread.
    """

    estimate: float
    low: float
    high: float
    least: float
    most: float
    p: float
    reach: float

    def times(self, unit: float) -> "Slope":
        """Return the slope of values that are so many times as great."""
        estimate, low, high, least, most, p, reach = self
        return Slope(estimate * unit, low * unit, high * unit, least * unit, most * unit, p, reach * unit)


def slope_of(at: Floats, values: Floats) -> Slope | None:
    """Return the slope of points in the order of `at`; `None` for fewer than eight.

    Source: Theil 1950; Sen 1968, "Estimates of the Regression Coefficient Based on Kendall's Tau", for the bounds by
    ranks. The deviation of Kendall's S is made greater by √((1+r)/(1-r)), r being how much neighbours are alike once
    the line is taken off; docs/method.md has how often that errs.
    """
    if len(values) < LEAST_POINTS:
        return None
    first, second = np.triu_indices(len(values), 1)
    slopes = np.sort((values[second] - values[first]) / (at[second] - at[first]))
    estimate = float(np.median(slopes))
    r = _correlation(values - estimate * at)
    deviation = sqrt(_variance(values)) * sqrt((1 + r) / (1 - r))
    low, high = _bounds(slopes, _BOTH_SIDES * deviation)
    least, most = _bounds(slopes, _ONE_SIDE * deviation)
    reach = (most - least) / 2
    if reach == inf:
        reach = float(slopes[-1] - slopes[0]) / 2 * _ONE_SIDE * deviation / len(slopes)
    return Slope(estimate, low, high, least, most, _p(slopes, deviation), reach)


def _bounds(slopes: Floats, apart: float) -> tuple[float, float]:
    """Return the slopes that have so many between them, in the middle."""
    rank = int((len(slopes) - apart) / 2)
    return (float(slopes[rank - 1]), float(slopes[-rank])) if rank >= 1 else (-inf, inf)


def _variance(values: Floats) -> float:
    """Return the variance of Kendall's S, less what ties take away."""
    count = len(values)
    _, ties = np.unique(values, return_counts=True)
    tied = float((ties * (ties - 1) * (2 * ties + 5)).sum())
    return max(0.0, (count * (count - 1) * (2 * count + 5) - tied) / 18)


def _correlation(left: Floats) -> float:
    """Return the lag-1 correlation, 0 to 0.9; taking a line off makes it seem less by 2/n on the average."""
    left = left - left.mean()
    spread = float((left * left).sum())
    if spread <= 0.0:
        return 0.0
    r = float((left[1:] * left[:-1]).sum()) / spread + 2 / len(left)
    return min(max(r, 0.0), _MOST_CORRELATION)


def _p(slopes: Floats, deviation: float) -> float:
    score = float(np.sign(slopes).sum())
    return NormalDist().cdf(-(score - 1) / deviation) if deviation > 0.0 and score > 1.0 else 1.0
