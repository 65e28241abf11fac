"""Every percentile of the run's times, the rare ones given as much room as the common ones."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from wswarm.report.format import count
from wswarm.report.plots import canvas
from wswarm.report.plots.curves import Curve, Floats, curves
from wswarm.results.run import Run
from wswarm.stats.histogram import furthest_supported

MARKED = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99_9": 0.999, "p99_99": 0.9999}


def draw(run: Run) -> Figure | None:
    """Return the picture, or `None` when nothing was measured."""
    found = curves(run)
    if not found:
        return None
    names = [curve.name for curve in found]
    times = f"{', '.join(names[:-1])} and {names[-1]}" if names[1:] else names[0]
    title = "Percentiles of the steps' times" if run.steps else f"Percentiles of {times} time"
    return picture(run, title, found)


def picture(run: Run, title: str, found: Sequence[Curve]) -> Figure:
    """Return the picture of these curves, of which there is one at least."""
    drawn = canvas.figure(run, title)
    axes = drawn.subplots()
    for curve in found:
        _curve(axes, curve)
    axes.set_ylabel("time")
    canvas.scale_time(axes.yaxis, [float(time) for curve in found for time in curve.values_s[[0, -1]]])
    label = "percentile (dotted: the sample is too small to support it)"
    percent_axis(axes, max(curve.seen.n for curve in found), label)
    canvas.legend(axes)
    return drawn


def steps(curve: Curve) -> tuple[Floats, Floats]:
    """Return x = 1 / (1 - p) and the time of percentile p, as the corners of a stair that ends at n."""
    return staircase(curve.reached, curve.values_s, curve.seen.n)


def staircase(reached: Floats, values: Floats, n: int) -> tuple[Floats, Floats]:
    """Return the same of the `n` values of which the share `reached[i]` is at most `values[i]`."""
    before = np.concatenate(([0.0], reached[:-1]))
    after = np.minimum(reached, 1 - 1 / (2 * n))
    shares = np.column_stack((before, after)).ravel()
    return 1 / (1 - shares), np.repeat(values, 2)


def _curve(axes: Axes, curve: Curve) -> None:
    x, times = steps(curve)
    last = furthest_supported(curve.seen.n)
    inside = int(np.searchsorted(x, last, side="right"))
    end = times[min(inside, len(times) - 1)]
    look: canvas.Look = {"color": curve.colour, "linewidth": 1.8}
    label = f"{curve.name} (n = {count(curve.seen.n)})"
    axes.plot([*x[:inside], last], [*times[:inside], end], label=label, **look)
    axes.plot([last, *x[inside:]], [end, *times[inside:]], linestyle=(0, (1, 1.5)), alpha=0.7, **look)
    marks = [(1 / (1 - share), getattr(curve.seen, name)) for name, share in MARKED.items()]
    known = [(place, time) for place, time in marks if time is not None]
    if known:
        axes.plot(
            *zip(*known, strict=True), linestyle="none", marker=curve.marker, markersize=5, color=curve.colour
        )


def percent_axis(axes: Axes, n: int, label: str, common: Sequence[float] = (1.0, 2.0, 4.0)) -> None:
    """Let the horizontal axis carry percentiles of up to `n` values, a decade per nine.

    Args:
        axes: Whose.
        n: Number of values.
        label: Of the axis.
        common: Places of ticks below 90 %: 1 is 0 %, 2 is 50 %.
    """
    axes.set_xscale("log")
    axes.set_xlim(1, max(2.2 * n, 20))
    decades = [10.0**power for power in range(1, int(np.log10(max(2.2 * n, 20))) + 1)]
    axes.xaxis.set_major_locator(FixedLocator([*common, *decades]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{100 * (1 - 1 / x):.10g} %"))
    axes.set_xlabel(label)
