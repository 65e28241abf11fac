"""Charts of several samples of one thing over each other: percentiles and a histogram, on one axis of values."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from wswarm.report import format as show
from wswarm.report.charts.chart import (
    COLOURS,
    Axis,
    Chart,
    Colour,
    Drawn,
    Kind,
    Mark,
    Series,
    span_axis,
    time_axis,
)
from wswarm.report.charts.distributions import curve, percentile_axis
from wswarm.report.compare.bins import bin_edges, shares_in
from wswarm.stats.histogram import furthest_supported
from wswarm.stats.sample import Floats, Sample

UNITS: Mapping[str, Kind] = {"s": "time", "bytes": "size", "per s": "rate"}
_MARKED = (0.5, 0.9, 0.95, 0.99, 0.999, 0.9999)
_MANY: tuple[Colour, ...] = (*COLOURS, "ink", "grey")
_TWO: tuple[Colour, ...] = ("blue", "vermilion")


class _Sample(NamedTuple):
    """One of them with its look; the frames of its figures begin with `key`."""

    label: str
    sample: Sample
    key: str
    name: str
    colour: Colour
    is_dashed: bool


def add_overlaid(
    drawn: Drawn, name: str, title: str, samples: Sequence[tuple[str, Sample]], *, unit: str, what: str
) -> None:
    """Add both charts, of eight samples at most.

    Args:
        name: Of both, and of the picture with the same content.
        samples: Each after what it is called; none is empty.
        unit: Of the values, as a metric has it. `what`: one of them is.
    """
    looks = _looks(name, samples, what)
    edges = bin_edges([sample for _, sample in samples])
    ends = [float(end) for _, sample in samples for end in sample.values[[0, -1]]]
    axis = _axis(title, unit, [*ends, float(edges[0]), float(edges[-1])], f"{name}-value")
    histogram = Chart(
        name=name,
        title=f"{title}: histogram",
        x=Axis(label=f"share of {what}s", kind="share", low=0.0),
        y=axis,
        series=[_outline(one, edges, drawn) for one in looks],
        marks=[_median(one) for one in looks],
        is_lying=True,
        is_half=True,
    )
    percentiles = Chart(
        name=name,
        title=f"{title}: percentiles",
        x=percentile_axis(max(sample.n for _, sample in samples)),
        y=axis,
        series=[_percentiles(one, drawn) for one in looks],
        is_half=True,
    )
    drawn.charts += [percentiles, histogram]


def _looks(name: str, samples: Sequence[tuple[str, Sample]], what: str) -> list[_Sample]:
    are_two = len(samples) == 2
    colours = _TWO if are_two else _MANY
    return [
        _Sample(
            label,
            sample,
            f"{name}-{place}",
            f"{label} ({show.plural(sample.n, what)})",
            colour,
            are_two and place == 1,
        )
        for place, ((label, sample), colour) in enumerate(zip(samples, colours, strict=False))
    ]


def _outline(one: _Sample, edges: Floats, drawn: Drawn) -> Series:
    key = f"{one.key}-bins"
    drawn.frames[key] = {
        "low": edges[:-1].tolist(),
        "high": edges[1:].tolist(),
        "share": shares_in(one.sample, edges).tolist(),
    }
    return Series(
        name=one.name, frame=key, x="low", until_x="high", y="share", look="outline", colour=one.colour
    )


def _percentiles(one: _Sample, drawn: Drawn) -> Series:
    sample = one.sample
    marked = {round(1 / (1 - share), 6): share for share in _MARKED if share <= 1 - 1 / sample.n}
    x, values = curve(
        sample.values, sample.counts, {x: sample.quantile(share) for x, share in marked.items()}
    )
    drawn.frames[one.key] = {"x": x, "value": values}
    return Series(
        name=one.name,
        frame=one.key,
        x="x",
        y="value",
        look="line",
        colour=one.colour,
        is_dashed=one.is_dashed,
        dotted_from=furthest_supported(sample.n),
    )


def _median(one: _Sample) -> Mark:
    at = one.sample.quantile(0.5)
    return Mark(way="y", at=at, name=f"median of {one.label}", colour=one.colour, is_dashed=one.is_dashed)


def _axis(label: str, unit: str, values: list[float], group: str) -> Axis:
    if unit == "s":
        return time_axis(label, values, group)
    return span_axis(label, UNITS.get(unit, "number"), values, group)
