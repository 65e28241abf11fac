"""What other tools decide from the same figures, which they would have taken one version after the other."""

from collections.abc import Iterable, Sequence
from math import erfc, sqrt
from statistics import fmean, median
from typing import Literal

import numpy as np

from wswarm.stats.compare.pairing import usable
from wswarm.stats.compare.slices import Arm, Metric, Slice

Rule = Literal["mean:10%", "median:5%", "mann-whitney"]
RULES: tuple[Rule, ...] = ("mean:10%", "median:5%", "mann-whitney")


def one_after_the_other(slices: Sequence[Slice], metric: Metric) -> tuple[list[float], list[float]]:
    """Return what base gave in the first half of the generations, and head in the second.

    This is what a run of base and then one of head would have seen in the same minutes.
    """
    numbers = sorted({one.generation for one in slices})
    first = set(numbers[: len(numbers) // 2])
    return (
        _values((one for one in slices if one.generation in first), metric, "base"),
        _values((one for one in slices if one.generation not in first), metric, "head"),
    )


def pooled(slices: Sequence[Slice], metric: Metric) -> tuple[list[float], list[float]]:
    """Return all values of base and of head, as if they were independent."""
    return _values(slices, metric, "base"), _values(slices, metric, "head")


def calls_slower(rule: Rule, base: Sequence[float], head: Sequence[float], metric: Metric) -> bool:
    """Return whether the rule calls head slower.

    The first two are pytest-benchmark's `--benchmark-compare-fail`; the third benchstat's: a Mann-Whitney test at
    0.05, both sides together. None does so without values.
    """
    slow, fast = (base, head) if metric.is_lower_worse else (head, base)
    if not slow or not fast:
        return False
    if rule == "mean:10%":
        return fmean(slow) > 1.10 * fmean(fast)
    if rule == "median:5%":
        return median(slow) > 1.05 * median(fast)
    above, probability = mann_whitney(slow, fast)
    return probability < 0.05 and above > 0.5


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """Return the chance that a value of `first` exceeds one of `second`, and the two-sided p-value.

    Normal approximation with corrections for ties and continuity. Source: H. B. Mann and D. R. Whitney, "On a
    test of whether one of two random variables is stochastically larger than the other", 1947.
    """
    n, m = len(first), len(second)
    _, inverse, ties = np.unique(np.array([*first, *second]), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(ties) - (ties - 1) / 2)[inverse]
    wins = float(ranks[:n].sum()) - n * (n + 1) / 2
    total = n + m
    tied = float((ties.astype(float) ** 3 - ties).sum()) / (total * (total - 1))
    deviation = sqrt(n * m / 12 * max(total + 1 - tied, 0.0))
    distance = max(abs(wins - n * m / 2) - 0.5, 0.0)
    return wins / (n * m), erfc(distance / deviation / sqrt(2)) if deviation else 1.0


def _values(slices: Iterable[Slice], metric: Metric, arm: Arm) -> list[float]:
    found = [one.values.get(metric.name) for one in slices if one.arm == arm and one.load == metric.load]
    return [value for value in found if usable(value)]
