"""How each broadcast spread over its subscribers, and how those times are distributed."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from wswarm.report.format import count
from wswarm.report.plots import canvas
from wswarm.report.plots.curves import curves
from wswarm.results.run import Broadcast, Run

RASTER_FROM = 500  # rows above which the dots of the SVG become one image, or it would take megabytes
LOG_RANGE = 20.0  # below what other pictures take: the three stages lie close together
STAGES = (("first", "v", canvas.SKY), ("median", "o", canvas.BLUE), ("last", "^", canvas.ORANGE))


def draw(run: Run) -> Figure | None:
    """Return the picture, or `None` for a run without broadcasts."""
    if run.fanout is None or not (run.fanout.per_broadcast or curves(run)):
        return None
    drawn = canvas.figure(run, "Fan-out: from the intended publish to the subscribers")
    left, right = drawn.subplots(1, 2, width_ratios=[3, 2])
    _broadcasts(run.fanout.per_broadcast, run.fanout.incomplete, left)
    margin = 0.02 * (run.phases.drain - run.phases.hold)
    if margin > 0:
        left.set_xlim(run.phases.hold - margin, run.phases.drain + margin)
    _shares(run, right)
    return drawn


def _broadcasts(rows: list[Broadcast], incomplete: int, axes: Axes) -> None:
    """Draw three dots per broadcast; a mark at the top where some subscriber was left out."""
    axes.set_title("each broadcast: first, median, last delivery")
    is_raster = len(rows) > RASTER_FROM
    size = 2.5 if is_raster else 5.0
    for name, marker, colour in STAGES:
        known = [(row.t, getattr(row, name)) for row in rows if getattr(row, name) is not None]
        if known:
            look: canvas.Look = {
                "linestyle": "none",
                "marker": marker,
                "markersize": size,
                "markeredgewidth": 0,
                "color": colour,
            }
            axes.plot(*zip(*known, strict=True), label=name, alpha=0.75, rasterized=is_raster, **look)
    short = [row.t for row in rows if row.received < row.owed]
    if short:
        label = f"incomplete ({count(incomplete)})"
        mark: canvas.Look = {"linestyle": "none", "marker": "|", "markersize": 7, "color": canvas.VERMILION}
        axes.plot(short, np.full(len(short), 0.97), transform=axes.get_xaxis_transform(), label=label, **mark)
    axes.set_xlabel("published, seconds since the first connect")
    axes.set_ylabel("time after the intended publish")
    canvas.scale_time(
        axes.yaxis, [time for row in rows for time in (row.first, row.median, row.last)], LOG_RANGE
    )
    canvas.make_room(axes)
    _legend_below(axes)


def _shares(run: Run, axes: Axes) -> None:
    axes.set_title("share that arrived within a time")
    found = curves(run)
    for curve in found:
        label = f"{curve.name} (n = {count(curve.seen.n)})"
        x, y = np.concatenate((curve.values_s[:1], curve.values_s)), np.concatenate(([0.0], curve.reached))
        axes.step(x, y, where="post", color=curve.colour, linewidth=1.8, label=label)
    canvas.scale_time(
        axes.xaxis, [float(time) for curve in found for time in curve.values_s[[0, -1]]], LOG_RANGE
    )
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    axes.set_xlabel("time after the intended publish")
    _legend_below(axes)


def _legend_below(axes: Axes) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(
            loc="upper center",
            bbox_to_anchor=(0.5, -0.14),
            ncols=4,
            markerscale=1.4,
            columnspacing=1.2,
            handletextpad=0.4,
        )
