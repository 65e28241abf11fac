"""How figures change as a long hold goes on, and whether that is more than chance."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from wswarm.results.trends import Block, Trend
from wswarm.stats.bins import Bins
from wswarm.stats.findings import Arrivals, Findings, Window, unpack
from wswarm.stats.slope import Floats, Slope, slope_of
from wswarm.units import NS_PER_S

BLOCKS = 30
SETTLING = 0.2  # of the hold is left out: what starts, fills caches and grows to its size
_MATTERS_PER_HOUR = 0.01  # of the figure
_MATTERS_PER_SESSION = 100  # bytes
_MOST_CHANCE = 0.05
_S_PER_HOUR = 3_600
_LEAST_LONGER = 1.25
_MOSTLY = 0.66  # of the way to where it is told: then it is in four of five runs

Verdict = Literal["growing", "flat", "inconclusive"]


class Samples(NamedTuple):
    """A figure at moments, s since the run's origin."""

    at: Floats
    values: Floats


class Figure(NamedTuple):
    """A figure in blocks.

    Attributes:
        is_ratio: Whether its changes are in proportion to it, as those of times are.
    """

    name: str
    at: Floats
    values: Floats
    is_ratio: bool = False


class _Fit(NamedTuple):
    """The slope per hour of a figure, with what would matter of it, both in the figure's unit."""

    figure: Figure
    slope: Slope | None
    matters: float


def trends(
    findings: Sequence[Findings],
    window: Window,
    time: str | None,
    sampled: Mapping[str, Samples],
    *,
    has_sessions: bool,
) -> list[Trend]:
    """Return how each figure changed in the hold.

    Args:
        time: What the times of replies or deliveries are called, `None` without.
        sampled: What was looked at now and then, by the figure's name.
        has_sessions: Whether connections come and go.
    """
    start_s, end_s = (
        (moment_ns - window.origin_ns) / NS_PER_S for moment_ns in (window.hold_ns, window.drain_ns)
    )
    start_s += SETTLING * (end_s - start_s)
    figures = [
        Figure(name, *in_blocks(one.at, one.values, start_s, end_s, BLOCKS)) for name, one in sampled.items()
    ]
    if time is not None:
        arrivals = [one.arrivals for one in findings if one.arrivals is not None]
        figures.insert(0, Figure(time, *times_in_blocks(arrivals, start_s, end_s), is_ratio=True))
    figures = [one for one in figures if len(one.at)]
    began_s = _sessions_began(findings, window) if has_sessions else None
    fits = [_fit(one, began_s) for one in figures]
    hours = (window.drain_ns - window.hold_ns) / NS_PER_S / _S_PER_HOUR
    surely = _surely([fit.slope.p if fit.slope is not None else 1.0 for fit in fits])
    return [
        _trend(fit, began_s, hours, len(fits), is_sure=is_sure)
        for fit, is_sure in zip(fits, surely, strict=True)
    ]


def in_blocks(at: Floats, values: Floats, start: float, end: float, count: int) -> tuple[Floats, Floats]:
    """Return the middle and the median of each of `count` equal parts from `start` to `end` that has values."""
    is_known = ~np.isnan(values)
    at, values = at[is_known], values[is_known]
    part = np.floor((at - start) / (end - start) * count)
    told = [part == number for number in range(count)]
    blocks = [(at[own].mean(), np.median(values[own])) for own in told if own.any()]
    middles, medians = np.array(blocks, np.float64).reshape(-1, 2).T
    return middles, medians


def times_in_blocks(arrivals: Sequence[Arrivals], start_s: float, end_s: float) -> tuple[Floats, Floats]:
    """Return the same of response or delivery times, s, over whole seconds."""
    bins = Bins()
    for one in arrivals:
        bins.merge(one.by_second)
    seconds = [key for key in bins.keys if key >= start_s and key + 1 <= end_s]
    count = min(BLOCKS, len(seconds))
    parts: dict[int, list[int]] = {}
    for key in seconds:
        parts.setdefault(int((key + 0.5 - start_s) / (end_s - start_s) * count), []).append(key)
    medians = [bins.median_ns(own) / NS_PER_S for own in parts.values()]
    return np.array([np.mean(own) + 0.5 for own in parts.values()]), np.array(medians)


def _sessions_began(findings: Sequence[Findings], window: Window) -> Floats:
    """Return when each connection opened, ascending, s since the origin."""
    opened = [unpack(one.sockets.opened_ns) for one in findings if not one.is_publisher]
    opened_ns = np.concatenate([np.zeros(0, np.int64), *opened])
    began_s: Floats = np.sort((opened_ns - window.origin_ns) / NS_PER_S)
    return began_s


def _fit(figure: Figure, began_s: Floats | None) -> _Fit:
    level = float(np.median(figure.values))
    matters = _MATTERS_PER_HOUR * abs(level)
    hours = float(figure.at[-1] - figure.at[0]) / _S_PER_HOUR
    if began_s is not None and figure.name == "target.memory" and hours:
        began = np.diff(np.searchsorted(began_s, figure.at[[0, -1]]))[0]
        matters = _MATTERS_PER_SESSION * float(began) / hours
    return _Fit(figure, _slope(figure, figure.at / _S_PER_HOUR), matters)


def _slope(figure: Figure, at: Floats) -> Slope | None:
    """Return the slope in the figure's unit; of what changes in proportion at its median."""
    if not figure.is_ratio:
        return slope_of(at, figure.values)
    slope = slope_of(at, np.log(figure.values))
    if slope is None:
        return None
    level = float(np.median(figure.values))
    return slope.times(level)


def _surely(chances: Sequence[float]) -> list[bool]:
    """Return which of several are no chance, all together at most 5 % (Holm 1979)."""
    surely, order = [False] * len(chances), sorted(range(len(chances)), key=chances.__getitem__)
    for place, number in enumerate(order):
        if chances[number] > _MOST_CHANCE / (len(chances) - place):
            break
        surely[number] = True
    return surely


def _trend(fit: _Fit, began_s: Floats | None, hours: float, tested: int, *, is_sure: bool) -> Trend:
    figure, slope, matters = fit
    blocks = [
        Block(t=t, value=value) for t, value in zip(figure.at.tolist(), figure.values.tolist(), strict=True)
    ]
    if slope is None:
        return Trend(
            figure=figure.name, per_hour=None, low=None, high=None, verdict="inconclusive", blocks=blocks
        )
    verdict = _verdict(slope, matters, is_sure=is_sure)
    return Trend(
        figure=figure.name,
        per_hour=slope.estimate,
        low=slope.low,
        high=slope.high,
        per_1000_sessions=_per_1000(figure, began_s),
        matters=matters,
        verdict=verdict,
        run_hours=_long_enough(slope, matters, hours) if verdict == "inconclusive" else None,
        tested=tested,
        blocks=blocks,
    )


def _verdict(slope: Slope, matters: float, *, is_sure: bool) -> Verdict:
    if is_sure and slope.estimate > matters and slope.least > matters / 2:
        return "growing"
    return "flat" if slope.most < matters or slope.most <= 0 else "inconclusive"


def _long_enough(slope: Slope, matters: float, hours: float) -> float | None:
    """Return about how long a run would tell: bounds narrow with its length to the power of -1.5."""
    if not matters:
        return None
    is_rising = slope.least > 0 and slope.estimate > matters
    needed = _MOSTLY * (slope.estimate - matters / 2 if is_rising else matters)
    return hours * max(_LEAST_LONGER, float((slope.reach / needed) ** (2 / 3)))


def _per_1000(figure: Figure, began_s: Floats | None) -> float | None:
    if began_s is None:
        return None
    began: Floats = np.searchsorted(began_s, figure.at) / 1_000
    is_later = np.diff(began, prepend=-1.0) > 0  # where none has begun since, there is no slope
    figure, began = figure._replace(values=figure.values[is_later]), began[is_later]
    slope = _slope(figure, began)
    return slope.estimate if slope is not None else None
