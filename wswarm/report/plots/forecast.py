"""The pictures of a forecast: what it takes, and how long, over connections."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from wswarm.report import format as show
from wswarm.report.forecast import words
from wswarm.report.forecast.html import look
from wswarm.report.plots import canvas, save
from wswarm.results.forecast import Band, Curve, Outlook

_TIMES = {
    "p50": ("p50", canvas.BLUE),
    "p99": ("p99", canvas.VERMILION),
    "last": ("last (completion p50)", canvas.GREEN),
}


def draw(outlook: Outlook, folder: Path, *, svg: bool = False) -> list[Path]:
    """Draw every picture that there are figures for; return the files written.

    Raises:
        ResultError: a file can't be written.
    """
    written = []
    if outlook.curve is not None:
        with matplotlib.style.context(["default", canvas.STYLE]):
            for name, make in (("work", work), ("times", times)):
                figure = make(outlook, outlook.curve)
                if figure is not None:
                    written += save(figure, folder / name, svg=svg)
    return written


def work(outlook: Outlook, curve: Curve) -> Figure:
    """Return CPU and memory over connections."""
    drawn = _figure(outlook, "What it takes")
    panels = canvas.stacked(drawn, [1.0, 1.0])
    places = [one.connections for one in curve.points]
    _banded(panels[0], places, [one.cpu for one in curve.points], "CPU", canvas.BLUE)
    _banded(panels[1], places, [one.memory for one in curve.points], "memory", canvas.PURPLE)
    panels[0].set_ylabel("cores, all workers")
    panels[1].set_ylabel("bytes, all workers")
    panels[1].yaxis.set_major_formatter(FuncFormatter(lambda value, _: show.size(value)))
    for axes in panels:
        axes.set_ylim(bottom=0)
        _mark(axes, outlook, curve)
    canvas.legend(panels[0])
    _connections_axis(panels[-1], outlook)
    return drawn


def times(outlook: Outlook, curve: Curve) -> Figure | None:
    """Return the times over connections, with what the objectives allow."""
    known = [
        (name, [(one.connections, band) for one in curve.points if (band := getattr(one, name)) is not None])
        for name in _TIMES
        if name != "last" or outlook.mechanism.scenario != "echo"
    ]
    if not any(points for _, points in known):
        return None
    drawn = _figure(outlook, "How long it takes")
    axes = drawn.subplots()
    for name, points in known:
        if points:
            label, colour = _TIMES[name]
            _banded(axes, [place for place, _ in points], [band for _, band in points], label, colour)
    for one in outlook.slo:
        axes.axhline(one.limit, color=_TIMES[one.figure][1], linestyle=":", linewidth=1.4)
        style: canvas.Look = {"fontsize": 8.5, "color": canvas.GREY, "va": "bottom"}
        axes.text(0.005, one.limit, one.expression, transform=axes.get_yaxis_transform(), **style)
    values = [band.high for _, points in known for _, band in points]
    lows = [band.low for _, points in known for _, band in points]
    canvas.scale_time(axes.yaxis, [*lows, *values, *(one.limit for one in outlook.slo)], log_from=10.0)
    axes.set_ylabel("response time" if outlook.mechanism.scenario == "echo" else "delivery time")
    _mark(axes, outlook, curve)
    _connections_axis(axes, outlook)
    canvas.legend(axes)
    return drawn


def _figure(outlook: Outlook, title: str) -> Figure:
    return canvas.headed(
        canvas.Heading(
            title=title,
            plan=f"{words.wanted(outlook)}; {words.off(outlook.held_out)}",
            origin=f"{outlook.target}   measured {outlook.measured_at}",
            badge=f"{words.headline(outlook)}: {'validated' if outlook.validated else 'not validated'}",
            look=look(outlook),
            reasons=words.remarks(outlook),
        )
    )


def _banded(axes: Axes, places: Sequence[float], bands: Sequence[Band], name: str, colour: str) -> None:
    lows, mids, highs = np.array([(one.low, one.mid, one.high) for one in bands]).T
    axes.fill_between(places, lows, highs, color=colour, alpha=0.2, linewidth=0)
    axes.plot(places, mids, color=colour, marker="o", markersize=3.5, label=name)


def _mark(axes: Axes, outlook: Outlook, curve: Curve) -> None:
    """Mark the load that is wanted, and where a worker is as busy as it may be."""
    axes.axvline(outlook.wanted.connections, color=canvas.INK, linewidth=1, zorder=-1, label="wanted")
    if curve.bound is not None:
        name = "a worker at 0.85 of a core"
        axes.axvline(curve.bound, color=canvas.ORANGE, linestyle="--", linewidth=1.4, zorder=-1, label=name)


def _connections_axis(axes: Axes, outlook: Outlook) -> None:
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_xlabel(f"connections, with {show.plural(outlook.forecast.workers, 'worker')}")
