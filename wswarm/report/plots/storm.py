"""How dropped clients came back: the share that has had a message again, and what they tried for it."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wswarm.report import format as show
from wswarm.report.plots import canvas
from wswarm.results.recovery import Recovery
from wswarm.results.run import Run


def draw(run: Run) -> Figure | None:
    """Return the picture, or `None` for a run in which nobody was dropped."""
    seen = run.recovery
    if seen is None or not seen.timeline:
        return None
    title = f"Recovery: {show.count(seen.recovered)} of {show.count(seen.dropped)} dropped clients came back"
    drawn = canvas.figure(run, title)
    upper, lower = canvas.stacked(drawn, [3.0, 2.0])
    width = _width(seen)
    t = [step.t for step in seen.timeline]
    _share(seen, t, width, upper)
    _rates(seen, t, width, lower)
    lower.set_xlabel("seconds since the drop")
    for axes in (upper, lower):
        axes.set_xlim(0, t[-1] + width)
    return drawn


def _width(seen: Recovery) -> float:
    """Return how long a step is, s."""
    return seen.timeline[1].t - seen.timeline[0].t if len(seen.timeline) > 1 else 0.1


def _share(seen: Recovery, t: list[float], width: float, axes: Axes) -> None:
    """Draw the share of clients that is back, and where T50, T90 and T99 are."""
    ends = [0.0, *(begin + width for begin in t)]
    shares = [0.0, *(100 * step.back / max(1, seen.dropped) for step in seen.timeline)]
    axes.plot(ends, shares, color=canvas.BLUE, linewidth=2)
    axes.fill_between(ends, shares, color=canvas.BLUE, alpha=0.15, linewidth=0)
    for name, value, share in (
        ("T50", seen.time.p50, 50),
        ("T90", seen.time.p90, 90),
        ("T99", seen.time.p99, 99),
    ):
        if value is not None:
            axes.plot([value], [share], marker="o", color=canvas.VERMILION, linestyle="none")
            axes.annotate(f" {name} {show.seconds(value)}", (value, share), va="top", color=canvas.VERMILION)
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
