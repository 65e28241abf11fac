"""Whether messages were sent at the random instants of the plan, or in clumps: a test of the gaps between them.

By the rescaled time, in which one message comes per unit whatever the rate is, the gaps of a Poisson process are
exponential. Moments are blurred by up to 1 ms before, which leaves a Poisson process one (displacement theorem:
Kingman, Poisson Processes, 5.5): what is late by less, or sent in batches by the plan's own pacing, is not told.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wswarm.stats.findings import Int64s

Floats = npt.NDArray[np.float64]

LIMIT = 3.857
"""A² of gaps from an exponential distribution of known mean is higher once in a hundred times (Stephens, JASA 1974).

Here their own mean is taken, as the sample is of chance size; then it is once in ten thousand times (simulated)."""
LEAST, MOST = 100, 1_000
_BLUR_NS = 1_000_000
_LEAST_GAP = 1e-12


class Fit(NamedTuple):
    """How well gaps are those of random arrivals: Anderson and Darling's A², and how many they are."""

    distance: float
    gaps: int

    @property
    def is_poor(self) -> bool:
        """Whether they are not."""
        return self.distance > LIMIT


BURSTS = "the target met bursts that the plan does not have, and its times may be longer for it, counts stand"


def clumps(fit: Fit) -> str:
    """Return in words that the fit is poor."""
    return (
        "messages were sent in clumps, not at the random instants of the plan"
        f" (A² {fit.distance:.3g} over {fit.gaps:,} gaps, {LIMIT} at most)"
    )


def fit_of(come: Floats, rates: Floats, late_ns: Int64s, seed: int) -> Fit | None:
    """Return how well messages kept to their random moments; `None` where they are too few to tell.

    Args:
        come: How many the plan has had come when each was intended: its rescaled time.
        rates: How many come per ns then.
        late_ns: How much later each was sent.
        seed: Of the blur.
    """
    blur_ns = np.random.default_rng(seed).random(len(come)) * _BLUR_NS
    moments = np.sort(come + rates * (late_ns + blur_ns))
    gaps = np.diff(moments)[:MOST]
    if len(gaps) < LEAST:
        return None
    return Fit(distance(gaps / gaps.mean()), len(gaps))


def distance(gaps: Floats) -> float:
    """Return Anderson and Darling's A² between gaps and an exponential distribution of mean 1."""
    ascending = np.sort(np.maximum(gaps, _LEAST_GAP))
    n = len(ascending)
    weights = 2 * np.arange(1, n + 1) - 1
    return float(-n - np.mean(weights * (np.log(-np.expm1(-ascending)) - ascending[::-1])))
