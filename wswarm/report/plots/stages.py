"""A load in stages: the rate that was asked for and what came back, and how long it took meanwhile."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from wswarm.report import format as show
from wswarm.report.plots import canvas
from wswarm.report.stages import ramps_of
from wswarm.results.run import Run
from wswarm.results.scenario import BROADCASTS

_SHADES = ("#eef3f8", "#ffffff")


def draw(run: Run) -> Figure | None:
    """Return the picture, or `None` for a load without stages of rates."""
    if not run.stages or run.messages is None:
        return None
    what = "delivery" if run.scenario in BROADCASTS else "response"
    drawn = canvas.figure(run, f"{what.capitalize()} time in stages")
    panels = canvas.stacked(drawn, [2.2, 1.0])
    _times(run, panels[0])
    panels[0].set_ylabel(f"{what} time")
    _rates(run, panels[1])
    canvas.shade_phases(run, panels)
    _shade(run, panels)
    return drawn


def _times(run: Run, axes: Axes) -> None:
    values = []
    for name, colour in (("p99", canvas.VERMILION), ("p50", canvas.BLUE)):
        known = [(second.t + 0.5, getattr(second, name)) for second in run.series]
        points = [(t, value) for t, value in known if value is not None]
        values += [value for _, value in points]
        axes.plot(
            [t for t, _ in points],
            [value for _, value in points],
            color=colour,
            linewidth=1.8,
            marker="o",
            markersize=3,
            label=f"{name} of each second",
        )
        values += _levels(run, axes, name, colour)
    canvas.scale_time(axes.yaxis, values)
    canvas.legend(axes)


def _levels(run: Run, axes: Axes, name: str, colour: str) -> list[float]:
    """Draw a figure of each stage as long as the stage is; return the values."""
    begin, values = run.phases.hold, list[float]()
    for stage in run.stages:
        value = getattr(stage, name)
        if value is not None:
            ends = [begin + stage.from_s, begin + stage.to_s]
            label = None if values else f"{name} of each stage"
            axes.plot(ends, [value, value], color=colour, linewidth=1.2, linestyle=":", label=label)
            values.append(value)
    return values


def _rates(run: Run, axes: Axes) -> None:
    begin = run.phases.hold
    each = run.fanout.subscribers if run.fanout is not None else 1
    times, rates = [], []
    for stage, (first, last) in zip(run.stages, ramps_of(run.plan["stages"]), strict=False):
        times += [begin + stage.from_s, begin + stage.to_s]
        rates += [first, last]
    axes.plot(times, rates, color=canvas.INK, linewidth=1.2, linestyle="--", label="asked for")
    sent = [(second.t, second.sent) for second in run.series if second.t + 1 <= run.phases.end]
    axes.step([t for t, _ in sent], [n for _, n in sent], where="post", color=canvas.BLUE, label="sent")
    came = [(second.t, second.received / each) for second in run.series]
    axes.step(
        [t for t, _ in came],
        [n for _, n in came],
        where="post",
        color=canvas.GREEN,
        label="received" if each == 1 else "received by each",
    )
    axes.set_ylim(bottom=0)
    axes.set_ylabel("messages/s")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: show.number(value)))
    canvas.legend(axes)


def _shade(run: Run, panels: Sequence[Axes]) -> None:
    """Shade every other stage, and number them along the top of the lower panel."""
    begin = run.phases.hold
    for number, stage in enumerate(run.stages):
        for axes in panels:
            axes.axvspan(
                begin + stage.from_s, begin + stage.to_s, color=_SHADES[number % 2], linewidth=0, zorder=-1.5
            )
            axes.axvline(begin + stage.from_s, color="#b6bcc2", linewidth=0.7, zorder=-1)
