"""Waves of attempts: how high the highest is, and how many come after the first."""

import numpy as np

from wswarm.stats.findings import Int64s

_AGAIN = 0.5  # a later peak counts from this part of the first on
_OVER = 0.25  # and the first is over below this part of it


def peak(counts: Int64s, width: int) -> int:
    """Return the most in any `width` consecutive counts."""
    return int(_sliding(counts, width).max(initial=0))


def second_waves(counts: Int64s, width: int) -> int:
    """Return how often after the first wave the sum of `width` counts has risen over half of that wave's highest.

    A wave is over when the sum falls below a quarter of the first's highest.
    """
    highest, waves, is_wave = 0, 0, False
    for total in _sliding(counts, width).tolist():
        if waves <= 1 and is_wave:
            highest = max(highest, total)
        if not is_wave and total > _AGAIN * highest:
            is_wave, waves = True, waves + 1
            highest = highest or total
        elif is_wave and total < _OVER * highest:
            is_wave = False
    return max(0, waves - 1)


def _sliding(counts: Int64s, width: int) -> Int64s:
    """Return the sums of each `width` consecutive counts, those that stand out at either end among them."""
    if not len(counts):
        return counts
    return np.convolve(counts, np.ones(width, np.int64))
