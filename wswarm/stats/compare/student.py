"""Student's t distribution: how far a mean of few values may be from the truth."""

from collections.abc import Sequence
from functools import cache
from math import atan, cos, exp, inf, pi, sin, sqrt, tan
from statistics import fmean

import msgspec
import numpy as np


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A ratio and between which ratios the truth lies, at the confidence asked for.

    Attributes:
        ratio: The point estimate, > 0.
        low: `None` as long as one value is all there is; likewise `high`.
    """

    ratio: float
    low: float | None = None
    high: float | None = None


@cache
def t_quantile(probability: float, degrees: int) -> float:
    """Return t with P(T ≤ t) = `probability` for T of `degrees` ≥ 1 degrees of freedom.

    Source: the distribution function for whole degrees is a finite sum (Abramowitz & Stegun, *Handbook of
    Mathematical Functions*, 26.7.3 and 26.7.4); it is inverted by bisection of the angle arctan(t/√degrees).
    """
    if not 0 < probability < 1:
        return inf if probability >= 1 else -inf
    if probability < 0.5:
        return -t_quantile(1 - probability, degrees)
    low, high, inside = 0.0, pi / 2, 2 * probability - 1
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if _within(middle, degrees) < inside else (low, middle)
    return sqrt(degrees) * tan(low)


def t_probability(t: float, degrees: int) -> float:
    """Return P(T ≤ t); the source is that of `t_quantile`."""
    half = _within(atan(abs(t) / sqrt(degrees)), degrees) / 2
    return 0.5 + half if t >= 0 else 0.5 - half


def mean_interval(logs: Sequence[float], alpha: float) -> Interval | None:
    """Return the geometric mean of ratios given by their logarithms; each side is missed with chance `alpha`.

    `None` without any value.
    """
    if not logs:
        return None
    mean = fmean(logs)
    if len(logs) < 2:
        return Interval(ratio=exp(mean))
    reach = reach_of_mean(logs, alpha)
    return Interval(ratio=exp(mean), low=exp(mean - reach), high=exp(mean + reach))


def reach_of_mean(values: Sequence[float], alpha: float) -> float:
    """Return how far each bound of the mean lies from it; there are at least 2 values."""
    return t_quantile(1 - alpha, len(values) - 1) * float(np.std(values, ddof=1)) / sqrt(len(values))


def _within(angle: float, degrees: int) -> float:
    """Return P(|T| ≤ √degrees · tan angle)."""
    cosine, sine = cos(angle), sin(angle)
    is_odd = degrees % 2
    term, total = (cosine, 0.0) if is_odd else (1.0, 0.0)
    for step in range(is_odd + 1, degrees, 2):
        total += term
        term *= step / (step + 1) * cosine * cosine
    return 2 / pi * (angle + sine * total) if is_odd else sine * total
