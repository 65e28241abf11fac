"""How dropped clients came back: the share that has had a message again, and what they tried for it."""

from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wswarm.report import format as show
from wswarm.report.plots import canvas
from wswarm.report.way_back import step_s, way_back
from wswarm.results.recovery import Recovery
from wswarm.results.run import Run

_NEAR_END = 0.8  # of the axis: beyond it a label stands before its dot


def draw(run: Run) -> Figure | None:
    """Return the picture, or `None` for a run in which nobody was dropped."""
    seen = run.recovery
    if seen is None or not seen.timeline:
        return None
    title = f"Recovery: {show.count(seen.recovered)} of {show.count(seen.dropped)} dropped clients came back"
    drawn = canvas.figure(run, title)
    upper, lower = canvas.stacked(drawn, [3.0, 2.0])
    width, curve = step_s(seen), way_back(seen)
    _share(seen, *curve, upper)
    _rates(seen, [step.t for step in seen.timeline], width, lower)
    lower.set_xlabel("seconds since the drop")
    for axes in (upper, lower):
        axes.set_xlim(0, curve[0][-1])
    return drawn


def _share(seen: Recovery, times: list[float], shares: list[float], axes: Axes) -> None:
    """Draw the share of clients that is back, and where T50, T90 and T99 are."""
    percents = [100 * share for share in shares]
    axes.plot(times, percents, color=canvas.BLUE, linewidth=2, drawstyle="steps-post")
    axes.fill_between(times, percents, color=canvas.BLUE, alpha=0.15, linewidth=0, step="post")
    for name, value, share in (
        ("T50", seen.time.p50, 50),
        ("T90", seen.time.p90, 90),
        ("T99", seen.time.p99, 99),
    ):
        if value is not None:
            axes.plot([value], [share], marker="o", color=canvas.VERMILION, linestyle="none")
            side: Literal["left", "right"] = "right" if value > _NEAR_END * times[-1] else "left"
            label = f" {name} {show.seconds(value)} "
            axes.annotate(label, (value, share), ha=side, va="top", color=canvas.VERMILION)
    axes.set_ylim(0, 104)
    axes.set_ylabel("% back")


def _rates(seen: Recovery, t: list[float], width: float, axes: Axes) -> None:
    """Draw attempts and handshakes per second as flat steps."""
    edges = np.repeat(np.array([*t, t[-1] + width]), 2)[1:-1]
    for name, colour in (("attempts", canvas.VERMILION), ("handshakes", canvas.BLUE)):
        values = np.repeat([getattr(step, name) / width for step in seen.timeline], 2)
        axes.plot(edges, values, color=colour, linewidth=1.2, label=f"{name}/s")
    axes.set_ylim(bottom=0)
    axes.set_ylabel("per second")
    canvas.legend(axes)
