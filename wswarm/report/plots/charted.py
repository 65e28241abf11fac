"""Pictures of charts: what a page draws to be explored, as a file; the same charts give the same bytes."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import matplotlib.style
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from wswarm.report import format as show
from wswarm.report.ab import effects
from wswarm.report.capacity import words
from wswarm.report.charts.chart import Axis, Chart, Colour, Drawn, Frame, Kind, Mark, Series
from wswarm.report.plots import canvas, save
from wswarm.report.plots.percentiles import percent_axis

Arrays = Mapping[str, npt.NDArray[Any]]

INKS: Mapping[Colour, str] = {
    "blue": canvas.BLUE,
    "sky": canvas.SKY,
    "green": canvas.GREEN,
    "orange": canvas.ORANGE,
    "vermilion": canvas.VERMILION,
    "purple": canvas.PURPLE,
    "ink": canvas.INK,
    "grey": canvas.GREY,
}
_MARKERS = {"circle": "o", "cross": "X", "diamond": "D", "dot": ".", "tick": "|"}
_DASHES = (0, (5, 1.2))
_TICK_SHARE = 0.36  # of a row, to either side
_CLOSE = 300.0  # greatest over least value of a logarithmic axis that has room for ticks at 2 and 5
_TOLD: Mapping[Kind, Callable[[float], str]] = {
    "change": effects.tick,
    "size": show.size,
    "rate": show.rate,
    "share": lambda value: f"{100 * value:g} %",
    "load": words.figure,
    "count": lambda value: f"{value:,.0f}",
}


def draw(
    drawn: Drawn, heading: Callable[[Chart], canvas.Heading], folder: Path, *, svg: bool = False
) -> list[Path]:
    """Draw a picture of the charts of each name; return the files written.

    Args:
        heading: What stands above a picture whose first chart that is.

    Raises:
        ResultError: a file can't be written.
    """
    written = []
    with matplotlib.style.context(["default", canvas.STYLE]):
        for name, group in groupby(drawn.charts, lambda one: one.name):
            charts = list(group)
            written += save(picture(heading(charts[0]), charts, drawn.frames), folder / name, svg=svg)
    return written


def picture(heading: canvas.Heading, charts: Sequence[Chart], frames: Mapping[str, Frame]) -> Figure:
    """Return the picture of these charts: beside each other if they are halves, else above."""
    rows = max(len(chart.y.names) for chart in charts)
    figure = canvas.headed(heading, 1.9 + 0.42 * max(rows, 3)) if rows else canvas.headed(heading)
    if charts[0].is_half:
        panels = list(figure.subplots(1, len(charts), squeeze=False)[0])
    else:
        panels = canvas.stacked(figure, [1.0] * len(charts))
    for axes, chart in zip(panels, charts, strict=True):
        paint(axes, chart, frames)
    canvas.legend(panels[0], 4)
    return figure


def paint(axes: Axes, chart: Chart, frames: Mapping[str, Frame]) -> None:
    """Draw a chart into these axes."""
    for mark in chart.marks:
        _mark(axes, mark)
    for series in chart.series:
        frame = {
            name: np.array([np.nan if value is None else value for value in values])
            for name, values in frames[series.frame].items()
            if name in (series.x, series.y, series.until_x, series.low, series.high, series.hollow)
        }
        _LOOKS.get(series.look, _line)(axes, series, frame, chart)
    for name, begin, _ in chart.phases:
        style: canvas.Look = {"fontsize": 8.5, "color": canvas.GREY, "va": "top"}
        axes.text(begin + 0.1, 0.985, name, transform=axes.get_xaxis_transform(), **style)
        axes.axvline(begin, color="#b6bcc2", linewidth=0.7, zorder=-1)
    _scale(axes, "x", chart.x)
    _scale(axes, "y", chart.y)


def _mark(axes: Axes, mark: Mark) -> None:
    is_upright = mark.way == "x"
    if mark.until is not None:
        span = axes.axvspan if is_upright else axes.axhspan
        span(mark.at, mark.until, color="#d9e6ef", linewidth=0, zorder=-2, label=mark.name)
        return
    line = axes.axvline if is_upright else axes.axhline
    style = _DASHES if mark.is_dashed else "-"
    line(mark.at, color=INKS[mark.colour], linewidth=1.1, linestyle=style, zorder=-1, label=mark.name)


def _line(axes: Axes, series: Series, frame: Arrays, _: Chart) -> None:
    colour = INKS[series.colour]
    if series.low is not None and series.high is not None:
        axes.fill_between(
            frame[series.x], frame[series.low], frame[series.high], color=colour, alpha=0.15, linewidth=0
        )
    axes.plot(
        frame[series.x],
        frame[series.y],
        color=colour,
        linewidth=1.8,
        linestyle=_DASHES if series.is_dashed else "-",
        marker=_MARKERS[series.marker] if series.marker else None,
        markersize=3.5,
        label=series.name,
    )


def _points(axes: Axes, series: Series, frame: Arrays, chart: Chart) -> None:
    colour, at, values = INKS[series.colour], frame[series.x], frame[series.y]
    if series.low is not None and series.high is not None:
        spans, width = (axes.hlines, 3.2) if chart.is_lying else (axes.vlines, 1.4)
        spans(at, frame[series.low], frame[series.high], colors=colour, linewidth=width, alpha=0.7)
    hollow = frame[series.hollow] if series.hollow else np.zeros(len(at))
    faces = ["white" if one else colour for one in hollow]
    across, up = (values, at) if chart.is_lying else (at, values)
    marker = _MARKERS[series.marker or "circle"]
    size = {"dot": 25, "tick": 200}.get(series.marker or "", 45)
    look: canvas.Look = {"color": colour} if marker == "|" else {"facecolors": faces, "edgecolors": colour}
    axes.scatter(across, up, s=size, marker=marker, label=series.name, zorder=3, **look)


def _bars(axes: Axes, series: Series, frame: Arrays, _: Chart) -> None:
    assert series.low is not None
    assert series.high is not None
    for row, low, high in zip(*(frame[name] for name in (series.x, series.low, series.high)), strict=True):
        ends = [row - _TICK_SHARE, row + _TICK_SHARE]
        label = series.name if row == frame[series.x][0] else None
        axes.fill_betweenx(ends, low, high, color="#e4e7ea", linewidth=0, zorder=0, label=label)


def _outline(axes: Axes, series: Series, frame: Arrays, _: Chart) -> None:
    assert series.until_x is not None
    edges, colour = [*frame[series.x], frame[series.until_x][-1]], INKS[series.colour]
    axes.stairs(
        frame[series.y], edges, orientation="horizontal", fill=True, color=colour, alpha=0.25, linewidth=0
    )
    axes.stairs(
        frame[series.y], edges, orientation="horizontal", color=colour, linewidth=1.4, label=series.name
    )


_LOOKS = {"points": _points, "bars": _bars, "outline": _outline}


def _scale(axes: Axes, way: Literal["x", "y"], spec: Axis) -> None:
    axis, label = (axes.xaxis, axes.set_xlabel) if way == "x" else (axes.yaxis, axes.set_ylabel)
    limit = axes.set_xlim if way == "x" else axes.set_ylim
    if spec.kind == "name":
        axis.set_ticks(range(len(spec.names)), [canvas.drawable(name) for name in spec.names])
        axes.grid(visible=False, axis=way)
        limit(spec.high, spec.low)
        return
    if spec.kind == "percentile":
        percent_axis(axes, round((spec.high or 0.0) / 2.2), spec.label, common=(2.0,))
        return
    label(canvas.drawable(spec.label))
    high = spec.high or 1.0
    if spec.is_log:
        (axes.set_xscale if way == "x" else axes.set_yscale)("log")
        is_close = high < _CLOSE * (spec.low or high)
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if is_close else (1.0,)))
        axis.set_minor_locator(NullLocator())
        axis.set_minor_formatter(NullFormatter())
    else:
        axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10], integer=spec.kind == "count"))
    axis.set_major_formatter(FuncFormatter(lambda value, _: _tick(spec, value, high)))
    limit(spec.low, spec.high)


def _tick(spec: Axis, value: float, high: float) -> str:
    if spec.kind == "time":
        return canvas.tick(value, value if spec.is_log else high)
    told = _TOLD.get(spec.kind)
    return f"{value:g}" if told is None else told(value)
