"""Short trials that say how much load a target carries: a light one, then as much as those before allow for."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from wswarm.experiment.sizing.design import Wanted, Work, cost_of

_LIGHT = 10.0  # publishes per s
_MOST = 3  # trials after the light one
_MORE = 1.3  # times the rate before: less tells nothing new
_APART = 1.5  # times the lower rate, for what two trials have in common to be told from what a publish costs
_LEAST = 0.3  # of what one trial says that a publish costs, all told: so much it costs at least


class Point(NamedTuple):
    """What a trial used, in cores: the busiest process of the target, and all of the generator."""

    rate: float
    target: float
    own: float


def explore(
    ends: Sequence[Wanted],
    attempt: Callable[[Wanted, float, Work | None], Point],
    rate_at: Callable[[Wanted, Work], float],
) -> Work:
    """Return what a publish costs, by trials with few and with many subscribers.

    Args:
        ends: Few, many.
        attempt: Makes a trial at a rate, whose costs are thought to be so.
        rate_at: At how much load a publish's costs would be seen best, if they were so.
    """
    points = [[attempt(end, _LIGHT, None)] for end in ends]
    work = _work(ends, points)
    for _ in range(_MOST):
        rates = [rate_at(end, work) for end in ends]
        heavier = [
            (end, rate, seen)
            for end, rate, seen in zip(ends, rates, points, strict=True)
            if rate >= _MORE * seen[-1].rate
        ]
        if not heavier:
            break
        for end, rate, seen in heavier:
            seen.append(attempt(end, rate, work))
        work = _work(ends, points)
    return work


def _work(ends: Sequence[Wanted], points: Sequence[Sequence[Point]]) -> Work:
    lines = [[_line([(one.rate, one[who]) for one in seen]) for seen in points] for who in (1, 2)]
    server, own = (
        cost_of([(end.fanout, cost_s) for end, (cost_s, _) in zip(ends, both, strict=True)]) for both in lines
    )
    idle, own_idle = (max(rest for _, rest in both) for both in lines)
    return Work(*server, *own, idle, own_idle)


def _line(used: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return what a publish costs by the last trial and the first, CPU s, and the cores used without any."""
    (low, low_used), (high, high_used) = used[0], used[-1]
    if high < _APART * low:
        return high_used / high, 0.0
    cost_s = max((high_used - low_used) / (high - low), _LEAST * high_used / high)
    return cost_s, max(0.0, high_used - cost_s * high)
