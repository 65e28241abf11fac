"""How those fared in a storm that were not dropped, second by second."""

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from wswarm.results.recovery import Bystanders
from wswarm.stats.bins import Bins, middle_of
from wswarm.stats.findings import Arrivals, Window
from wswarm.stats.histogram import is_supported
from wswarm.units import NS_PER_S

ALIKE = 1.2
_ENOUGH = 100  # deliveries of a second, that its p99 is not merely the greatest
NOBODY = Bystanders(before=None, during=None, after=None, back_after_s=None, clients=0)


class Storm(NamedTuple):
    """When a storm was, CLOCK_MONOTONIC ns: from the drop until all were back or were given up."""

    dropped_ns: int
    over_ns: int


def bystanders(arrivals: Sequence[Arrivals], window: Window, storm: Storm, clients: int) -> Bystanders:
    """Return the p99 of what bystanders received before, in and after a storm, by the seconds when it was due.

    A second that is neither wholly before nor wholly after belongs to the storm.

    Args:
        clients: How many bystanders there are.
    """
    if not clients:
        return NOBODY
    times = Bins()
    for one in arrivals:
        times.merge(one.by_second)
    first, last = _seconds(window, storm)
    low, high = _whole_seconds(window)
    before = _p99(times, low, first)
    known = {second: p99_ns / NS_PER_S for second, n, (p99_ns,) in times.quantiles_ns(99.0) if n >= _ENOUGH}
    is_sparse = 2 * sum(second in known for second in range(low, first)) < first - low
    back_after_s = None
    if before is not None and not is_sparse:
        back_after_s = _back_after(known, ALIKE * before, range(first, min(last, high)), high)
    return Bystanders(
        before=before,
        during=_p99(times, first, last),
        after=_p99(times, last, high),
        back_after_s=back_after_s,
        is_sparse=is_sparse,
        clients=clients,
    )


def _back_after(p99_s: dict[int, float], limit: float, storm: range, end: int) -> float | None:
    """Return how many seconds after the drop the first comes from which p99 is as before.

    0 where no second of the storm was worse; one in which too little came was. `None` where none after the last worse
    one is as before.
    """
    worse = [second for second in storm if p99_s.get(second, inf) > limit]
    if not worse:
        return 0.0
    as_before = (second for second in range(worse[-1] + 1, end) if p99_s.get(second, inf) <= limit)
    return next((float(second - storm.start) for second in as_before), None)


def _seconds(window: Window, storm: Storm) -> tuple[int, int]:
    """Return the seconds of the storm: from the first on, up to before the last."""
    since_ns, until_ns = storm.dropped_ns - window.origin_ns, storm.over_ns - window.origin_ns
    return since_ns // NS_PER_S, -(-until_ns // NS_PER_S)


def _whole_seconds(window: Window) -> tuple[int, int]:
    """Return the seconds that lie wholly in the hold: from the first on, up to before the last."""
    since_ns, until_ns = window.hold_ns - window.origin_ns, window.drain_ns - window.origin_ns
    return -(-since_ns // NS_PER_S), until_ns // NS_PER_S


def _p99(times: Bins, first: int, last: int) -> float | None:
    """Return the p99 of all that was due in these seconds; `None` where there is too little."""
    counts = times.counts_of(range(first, last))
    n = int(counts.sum())
    if not is_supported(n, 99.0):
        return None
    rank = max(1, -(-99 * n // 100))
    return float(middle_of(counts.cumsum().searchsorted([rank]))[0]) / NS_PER_S
