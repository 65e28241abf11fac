"""The distributions of base and head over each other: how often each value, and every percentile."""

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

from wswarm.report.ab import effects
from wswarm.report.compare.bins import bin_edges, shares_in
from wswarm.report.compare.overlay import Overlay
from wswarm.report.context import Context
from wswarm.report.format import plural
from wswarm.report.plots import canvas
from wswarm.report.plots.headings import heading
from wswarm.report.plots.percentiles import percent_axis, staircase
from wswarm.stats.compare.ab import Comparison
from wswarm.stats.compare.slices import Metric

ARMS = (("base", canvas.BLUE, "-"), ("head", canvas.VERMILION, (0, (5, 1.2))))
CLOSE = 300.0  # greatest over least value of a logarithmic axis that has room for ticks at 2 and 5


def draw(overlay: Overlay, comparison: Comparison, context: Context) -> Figure:
    """Return the picture."""
    drawn = canvas.headed(heading(comparison, context, f"{overlay.name}, base and head"))
    left, right = drawn.subplots(1, 2)
    samples = (overlay.base, overlay.head)
    edges = bin_edges(samples)
    for sample, (arm, colour, style) in zip(samples, ARMS, strict=True):
        label = f"{arm} ({plural(sample.n, overlay.what)})"
        shares = shares_in(sample, edges)
        left.stairs(shares, edges, fill=True, color=colour, alpha=0.25, linewidth=0)
        left.stairs(shares, edges, color=colour, linestyle=style, linewidth=1.4, label=label)
        right.plot(
            *staircase(sample.reached(), sample.values, sample.n), color=colour, linestyle=style, label=label
        )
        left.axvline(sample.quantile(0.5), color=colour, linestyle=style, linewidth=1, alpha=0.8)
    _scale(left.xaxis, overlay, edges[[0, -1]].tolist())
    left.set_xlim(edges[0], edges[-1])
    left.set_ylim(bottom=0)
    left.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))
    left.set_ylabel(f"share of {overlay.what}s (upright line: median)")
    _percentiles(right, overlay)
    return drawn


def _percentiles(axes: Axes, overlay: Overlay) -> None:
    samples = (overlay.base, overlay.head)
    ends = [float(end) for sample in samples for end in sample.values[[0, -1]]]
    _scale(axes.yaxis, overlay, ends)
    percent_axis(axes, max(sample.n for sample in samples), "percentile", common=(2.0,))
    canvas.legend(axes)


def _scale(axis: Axis, overlay: Overlay, ends: list[float]) -> None:
    """Label the axis in the metric's unit; logarithmic where the ends are far apart, as for a run's times."""
    if overlay.unit == "s":
        canvas.scale_time(axis, ends, log_from=10.0)
        if axis.get_scale() == "log" and max(ends) < CLOSE * min(ends):
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        return
    metric = Metric(name=overlay.name, theta=0.05, unit=overlay.unit)
    axis.set_major_locator(MaxNLocator(5))
    axis.set_major_formatter(FuncFormatter(lambda value, _: effects.figure(value, metric)))
