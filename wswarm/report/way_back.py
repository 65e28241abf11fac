"""Which share of the dropped clients was back after which time: the curve on which T50, T90 and T99 lie."""

import numpy as np

from wswarm.results.recovery import Recovery
from wswarm.stats.histogram import Histogram
from wswarm.units import NS_PER_S

MOST = 600
_STEP_S = 0.1  # that a step of the way lasts, where there is only one


def step_s(seen: Recovery) -> float:
    """Return how long a step of the timeline is, s."""
    return seen.timeline[1].t - seen.timeline[0].t if len(seen.timeline) > 1 else _STEP_S


def way_back(seen: Recovery) -> tuple[list[float], list[float]]:
    """Return times, s since each client's own drop, ascending, and the share that was back from each of them on.

    The last is the end of the timeline, or later.
    """
    ends = seen.timeline[-1].t + step_s(seen)
    if seen.time.hdr is None:
        return [0.0, ends], [0.0, 0.0]
    values_ns, counts = Histogram.decode(seen.time.hdr).occupied()
    back = np.cumsum(counts) / seen.dropped
    kept = np.unique(np.linspace(0, len(back) - 1, min(MOST, len(back))).round().astype(np.int64))
    times, shares = (values_ns[kept] / NS_PER_S).tolist(), back[kept].tolist()
    return [0.0, *times, max(ends, times[-1])], [0.0, *shares, shares[-1]]
