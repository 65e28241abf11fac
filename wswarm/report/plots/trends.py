"""Trends: the medians of each figure, the line through them, and between which lines it lies."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from wswarm.report import trends
from wswarm.report.plots import canvas
from wswarm.results.run import Run
from wswarm.results.trends import Trend

_S_PER_HOUR = 3_600
_LEAST_ROOM = 0.02  # of a figure: a change within it looks as small as it is


def draw(run: Run) -> Figure | None:
    """Return the picture, a panel per figure; `None` for a run without trends."""
    shown = [one for one in run.trends if one.per_hour is not None]
    if not shown:
        return None
    drawn = canvas.figure(run, "Trends over the hold")
    panels = canvas.stacked(drawn, [1.0] * len(shown))
    for axes, trend in zip(panels, shown, strict=True):
        _panel(axes, trend)
    panels[-1].set_xlabel("seconds since the first connect")
    return drawn


def _panel(axes: Axes, trend: Trend) -> None:
    at = np.array([block.t for block in trend.blocks])
    values = np.array([block.value for block in trend.blocks])
    middle, level = np.median(at), np.median(values)
    hours = (at - middle) / _S_PER_HOUR
    if trend.low is not None and trend.high is not None:
        edges = np.sort((level + trend.low * hours, level + trend.high * hours), axis=0)
        axes.fill_between(at, *edges, color=canvas.SKY, alpha=0.3, linewidth=0, label="95 % interval")
    grows = trend.verdict == "growing"
    colour = canvas.VERMILION if grows else canvas.BLUE
    label = f"{trends.NAMES.get(trend.figure, trend.figure)}: {trends.verdict(trend)}"
    axes.plot(at, level + (trend.per_hour or 0.0) * hours, color=colour, linewidth=1.8, label=label)
    axes.plot(at, values, linestyle="none", marker="o", markersize=3.5, color=canvas.INK, label="medians")
    room = max(np.ptp(values) * 0.6, abs(level) * _LEAST_ROOM, 1e-9)
    low, high = min(values.min(), level - room), max(values.max(), level + room)
    axes.set_ylim(max(0.0, low - 0.05 * (high - low)), high + 0.05 * (high - low))
    amount = trends.amount_of(trend)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: amount(value)))
    canvas.legend(axes)
