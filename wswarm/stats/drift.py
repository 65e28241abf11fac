"""Whether the hold was one state, or times rose or fell as it went on."""

from collections.abc import Sequence
from math import exp
from typing import NamedTuple

import numpy as np

from wswarm.stats.findings import Arrivals, Window
from wswarm.stats.slope import Floats, slope_of
from wswarm.stats.trends import BLOCKS, times_in_blocks
from wswarm.units import NS_PER_S

MOST = 0.10  # by which times may change over the hold

_CHANCE = 0.001  # of points without a slope: as benchmarks.simulate_drift has it, one of a hundred steady holds then
_MOST_LOG = 100.0  # what is not bounded


class Drift(NamedTuple):
    """By which share the median time changed from the hold's beginning to its end; `low` and `high`: its interval."""

    change: float
    low: float
    high: float


def drift(arrivals: Sequence[Arrivals], window: Window) -> Drift | None:
    """Return how times changed over the hold if that is more than a tenth and no chance; `None` otherwise.

    A hold of less than half a minute, in which there are fewer than 30 whole seconds, is too short to tell.
    """
    hold_s, drain_s = (
        (moment_ns - window.origin_ns) / NS_PER_S for moment_ns in (window.hold_ns, window.drain_ns)
    )
    at, medians = times_in_blocks(arrivals, hold_s, drain_s)
    return told(at, np.log(medians), drain_s - hold_s) if len(at) >= BLOCKS else None


def told(at: Floats, logs: Floats, length_s: float) -> Drift | None:
    """Return the same of medians' logarithms at these s, in a hold of that length."""
    slope, fall = slope_of(at, logs), slope_of(at, -logs)
    if slope is None or fall is None or 2 * min(slope.p, fall.p) > _CHANCE:
        return None
    bounds = (slope.estimate, slope.low, slope.high)
    change, low, high = (exp(min(one * length_s, _MOST_LOG)) - 1 for one in bounds)
    is_told = (low > 0 or high < 0) and abs(change) > MOST
    return Drift(change, low, high) if is_told else None
