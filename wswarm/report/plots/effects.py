"""Head over base for every metric, with its interval beside what is tolerated and what must be caught."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from wswarm.report.ab import effects
from wswarm.report.context import Context
from wswarm.report.format import shortened
from wswarm.report.plots import canvas
from wswarm.report.plots.headings import heading
from wswarm.stats.compare.ab import Comparison, Effect

COLOURS = {
    "regression": canvas.VERMILION,
    "invalid": canvas.GREY,
    "inconclusive": canvas.ORANGE,
    "improved": canvas.GREEN,
    "no regression": canvas.BLUE,
}
MOST = 40
NAME_LENGTH = 48


def draw(comparison: Comparison, context: Context) -> Figure | None:
    """Return the picture, or `None` when no metric has a ratio."""
    found = [effect for effect in comparison.effects if effect.ratio is not None][:MOST]
    if not found:
        return None
    height = 1.9 + 0.42 * max(len(found), 3)
    drawn = canvas.headed(heading(comparison, context, "Head over base"), height)
    axes = drawn.subplots()
    for row, effect in enumerate(found):
        _band(axes, row, effect)
        _bar(axes, row, effect)
    axes.axvline(1, color=canvas.INK, linewidth=1, zorder=1)
    axes.set_ylim(len(found) - 0.4, -0.6)
    axes.set_yticks(range(len(found)), [canvas.drawable(_label(effect, context)) for effect in found])
    axes.grid(visible=False, axis="y")
    axes.set_xlim(*_limits(found))
    axes.xaxis.set_major_locator(MaxNLocator(9, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda ratio, _: effects.tick(ratio)))
    axes.set_xlabel("change from base to head (pale: tolerated; dashed: to be caught)")
    return drawn


def _label(effect: Effect, context: Context) -> str:
    mark = "" if effect.metric.is_gating or context.advisory is not None else " (advisory)"
    return f"{shortened(effect.metric.name, NAME_LENGTH)}{mark}"


def _band(axes: Axes, row: int, effect: Effect) -> None:
    """Mark what is tolerated around 1, and the slowdown to be caught on the side where it is."""
    metric = effect.metric
    ends = (1 / (1 + metric.tolerated), 1 + metric.tolerated)
    axes.fill_betweenx([row - 0.36, row + 0.36], *ends, color="#e4e7ea", linewidth=0, zorder=0)
    caught = 1 / (1 + metric.theta) if metric.is_lower_worse else 1 + metric.theta
    look: canvas.Look = {"color": canvas.GREY, "linestyle": (0, (3, 2)), "linewidth": 1.2}
    axes.plot([caught, caught], [row - 0.36, row + 0.36], **look)


def _bar(axes: Axes, row: int, effect: Effect) -> None:
    if effect.ratio is None:
        return
    colour = COLOURS[effect.verdict]
    if effect.generations > 1:
        axes.plot(
            effect.by_generation,
            [row + 0.2] * len(effect.by_generation),
            linestyle="none",
            marker="|",
            markersize=6,
            color=colour,
            alpha=0.55,
        )
    if effect.low is not None and effect.high is not None:
        axes.plot([effect.low, effect.high], [row, row], color=colour, linewidth=3.2, solid_capstyle="butt")
    hollow = effect.low is None
    axes.plot(
        [effect.ratio],
        [row],
        marker="o",
        markersize=6.5,
        color=colour,
        markerfacecolor="white" if hollow else colour,
        zorder=3,
    )


def _limits(found: Sequence[Effect]) -> tuple[float, float]:
    """Return the axis' ends: all of it, bounds and θ included, with a little room."""
    places = [1.0]
    for effect in found:
        places += [place for place in (effect.ratio, effect.low, effect.high) if place is not None]
        places += [1 + effect.metric.theta, 1 / (1 + effect.metric.theta)]
    low, high = min(places), max(places)
    room = 0.06 * (high - low)
    return low - room, high + room
