"""What came between two readings of one run."""

import numpy as np

from wswarm.stats.histogram import Histogram


def times_since(now: Histogram, before: Histogram) -> Histogram:
    """Return the times that came since: to three digits, its sum as far as both are of one run."""
    since = Histogram()
    since.counts = np.maximum(now.counts - before.counts, 0)
    middles_ns, counts = since.occupied()
    if len(middles_ns):
        since.n = int(counts.sum())
        since.min_ns, since.max_ns = int(middles_ns[0]), int(middles_ns[-1])
        since.total_ns = int((middles_ns * counts).sum())
    return since
