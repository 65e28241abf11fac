"""Charts of how times are distributed: percentiles, and a histogram on the same axis of time."""

import math
from collections.abc import Mapping

import numpy as np

from wswarm.report import format as show
from wswarm.report.charts.chart import COLOURS, Axis, Chart, Colour, Drawn, Frame, Series
from wswarm.report.compared import compared
from wswarm.results.run import Distribution, Run
from wswarm.stats.histogram import Histogram, furthest_supported
from wswarm.stats.sample import Floats, Int64s

_PER_DECADE = 40
_BINS = 48
_MARKED = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99_9": 0.999, "p99_99": 0.9999}


def measured(named: Mapping[str, Distribution | None]) -> dict[str, Distribution]:
    """Return those that hold anything, as many as there are colours."""
    found = {name: seen for name, seen in named.items() if seen is not None and seen.n and seen.hdr}
    return dict(list(found.items())[: len(COLOURS)])


def add_distributions(run: Run, drawn: Drawn, axis: Axis) -> None:
    """Add the percentiles and the histogram of what the run is about."""
    named = measured(compared(run))
    if not named:
        return
    _add_percentiles(drawn, named, axis, "percentiles", "Percentiles", is_half=True)
    frames: dict[str, Frame] = {}
    outlines = []
    edges = _edges(axis)
    for (name, seen), colour in zip(named.items(), COLOURS, strict=False):
        key = f"bins-{len(frames)}"
        frames[key] = _bins(seen, edges)
        outlines.append(
            Series(name=name, frame=key, x="low", until_x="high", y="count", look="outline", colour=colour)
        )
    drawn.add(
        Chart(
            name="histogram",
            title="Histogram",
            x=Axis(label="how many took so long", kind="count", low=0.0),
            y=axis,
            series=outlines,
            is_lying=True,
            is_half=True,
        ),
        **frames,
    )


def add_probe(run: Run, drawn: Drawn, axis: Axis) -> None:
    """Add the load's times beside the quiet probe's, where they are apart."""
    if run.probe is None or run.probe.verdict != "late":
        return
    named = measured({"load": run.probe.beside, "probe": run.probe.time})
    if named:
        _add_percentiles(drawn, named, axis, "probe", "The load's times beside the quiet probe's")


def _add_percentiles(
    drawn: Drawn,
    named: Mapping[str, Distribution],
    axis: Axis,
    name: str,
    title: str,
    *,
    is_half: bool = False,
) -> None:
    frames: dict[str, Frame] = {}
    lines = []
    for (label, seen), colour in zip(named.items(), COLOURS, strict=False):
        key = f"{name}-{len(frames)}"
        frames[key] = _curve(seen)
        lines.append(_line(label, key, seen, colour))
    x = percentile_axis(max(seen.n for seen in named.values()))
    drawn.add(Chart(name=name, title=title, x=x, y=axis, series=lines, is_half=is_half), **frames)


def percentile_axis(most: int) -> Axis:
    """Return the axis of percentiles of so many values: x = 1 / (1 - p), a decade per nine."""
    return Axis(label="percentile", kind="percentile", is_log=True, low=1.0, high=max(2.2 * most, 20.0))


def _line(label: str, key: str, seen: Distribution, colour: Colour) -> Series:
    last = furthest_supported(seen.n)
    name = f"{label} (n = {show.count(seen.n)})"
    return Series(name=name, frame=key, x="x", y="time", look="line", colour=colour, dotted_from=last)


def _curve(seen: Distribution) -> Frame:
    """Return times by percentile; those of the run file as they stand there."""
    values_ns, counts = Histogram.decode(seen.hdr or "").occupied()
    stored = {1 / (1 - share): getattr(seen, name) for name, share in _MARKED.items()}
    known = {round(x, 6): time for x, time in stored.items() if time is not None}
    x, times = curve(np.asarray(values_ns) / 1e9, np.asarray(counts), known)
    return {"x": x, "time": times}


def curve(values: Floats, counts: Int64s, known: Mapping[float, float]) -> tuple[list[float], list[float]]:
    """Return x = 1 / (1 - p) and the value of percentile p, at even steps up to the greatest value.

    Args:
        values: Ascending, each as often as `counts` says.
        known: Values that are known exactly, by x.
    """
    reached, n = np.cumsum(counts) / np.sum(counts), int(np.sum(counts))
    steps = int(math.log10(max(n, 10)) * _PER_DECADE)
    grid = sorted({*known, *(round(10 ** (step / _PER_DECADE), 6) for step in range(steps + 1)), float(n)})
    places = np.minimum(np.searchsorted(reached, [1 - 1 / x for x in grid], side="left"), len(reached) - 1)
    return grid, [known.get(x, float(values[place])) for x, place in zip(grid, places, strict=True)]


def _edges(axis: Axis) -> list[float]:
    """Return the bins' edges, evenly spaced as the axis shows them."""
    low, high = axis.low or 0.0, axis.high or 1.0
    if axis.is_log:
        return [low * (high / low) ** (step / _BINS) for step in range(_BINS + 1)]
    return [low + (high - low) * step / _BINS for step in range(_BINS + 1)]


def _bins(seen: Distribution, edges: list[float]) -> Frame:
    values_ns, counts = Histogram.decode(seen.hdr or "").occupied()
    inside = np.clip(np.asarray(values_ns) / 1e9, edges[0], edges[-1])
    found, _ = np.histogram(inside, bins=edges, weights=counts)
    return {"low": edges[:-1], "high": edges[1:], "count": [int(one) for one in found]}
