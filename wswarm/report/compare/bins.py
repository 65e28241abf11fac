"""Samples in common bins, so that one histogram can be laid over another."""

from collections.abc import Iterable

import numpy as np

from wswarm.stats.sample import Floats, Sample

MOST_BINS, LEAST_BINS = 60, 8
_LOG_FROM = 4.0


def bin_edges(samples: Iterable[Sample]) -> Floats:
    """Return common bins: from the least to the greatest value but for the last thousandth, even on a logarithm.

    Twice as many as the square root of the values, so that few slices do not fall apart into single bars.
    """
    found = list(samples)
    bins = min(MOST_BINS, max(LEAST_BINS, round(2 * min(sample.n for sample in found) ** 0.5)))
    low = min(float(sample.values[0]) for sample in found)
    high = max(sample.quantile(0.999) for sample in found)
    if low <= 0 or high <= low:
        return np.linspace(low - 0.5 * abs(low) - 1e-12, high + 0.5 * abs(high) + 1e-12, 4)
    if high / low < _LOG_FROM:
        return np.linspace(low, high * (1 + 1e-9), bins + 1)
    return np.geomspace(low, high * (1 + 1e-9), bins + 1)


def shares_in(sample: Sample, edges: Floats) -> Floats:
    """Return which share of the sample is in each bin."""
    shares, _ = np.histogram(sample.values, edges, weights=sample.counts / sample.n)
    return shares
