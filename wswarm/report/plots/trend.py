"""The ratios of a history, comparison by comparison."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from wswarm.report.ab import effects
from wswarm.report.ab.history import Entry, metric_names
from wswarm.report.charts.of_comparison import COLOURS as NAMED
from wswarm.report.format import plural, shortened
from wswarm.report.plots import canvas
from wswarm.report.plots.charted import INKS

MOST_METRICS, MOST_ENTRIES = 8, 200
MOST_NAMES = 16
DATE = 10  # characters of a moment
BAND = "#e4e7ea"
COLOURS = {verdict: INKS[name] for verdict, name in NAMED.items()}
_DOT = 25  # points², as matplotlib counts a marker


def draw(entries: Sequence[Entry]) -> Figure | None:
    """Return the picture of the last entries, a panel per metric; `None` when none has a ratio."""
    shown = list(entries)[-MOST_ENTRIES:]
    names = [name for name in metric_names(shown) if any(_is_known(one, name) for one in shown)][
        :MOST_METRICS
    ]
    if not names:
        return None
    title = f"Head over base, {plural(len(shown), 'comparison')}"
    told = f"{shown[0].made_at} to {shown[-1].made_at}"
    drawn = canvas.headed(canvas.Heading(title=title, plan=told, origin=""), 1.7 + 1.25 * len(names))
    panels = canvas.stacked(drawn, [1.0] * len(names))
    for axes, name in zip(panels, names, strict=True):
        _panel(axes, shown, name)
    panels[-1].set_xlim(-0.6, len(shown) - 0.4)
    _explain(panels[0], shown, names)
    _name_entries(panels[-1], shown)
    return drawn


def _panel(axes: Axes, entries: Sequence[Entry], name: str) -> None:
    found = [(place, one.metrics[name]) for place, one in enumerate(entries) if _is_known(one, name)]
    theta = found[-1][1].theta
    if theta is not None:
        axes.axhspan(1 / (1 + theta / 2), 1 + theta / 2, color=BAND, linewidth=0, zorder=0)
    axes.axhline(1, color=canvas.INK, linewidth=0.8, zorder=1)
    places = [place for place, _ in found]
    colours = [COLOURS[one.verdict] for _, one in found]
    faces = ["white" if entries[place].is_advisory else COLOURS[one.verdict] for place, one in found]
    # What is unknown becomes nan, which is not drawn. One artist for all: hundreds of them take seconds.
    ratios, lows, highs = np.array([(one.ratio, one.low, one.high) for _, one in found], float).T
    axes.vlines(places, lows, highs, colors=colours, linewidth=1.6)
    axes.scatter(places, ratios, s=_DOT, edgecolors=colours, facecolors=faces, zorder=2)
    axes.set_title(canvas.drawable(shortened(name, 90)), loc="left")
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda ratio, _: effects.tick(ratio)))


def _name_entries(axes: Axes, entries: Sequence[Entry]) -> None:
    """Write the heads' names below, as many as have room."""
    step = -(-len(entries) // MOST_NAMES)
    places = range(0, len(entries), step)
    names = [canvas.drawable(shortened(_name(entries[place]), 14)) for place in places]
    dated = [f"{name}\n{entries[place].made_at[:DATE]}" for name, place in zip(names, places, strict=True)]
    axes.set_xticks(list(places), dated, rotation=30, ha="right")
    axes.set_xlabel("head and date (hollow: of stored runs, advisory)")


def _explain(axes: Axes, entries: Sequence[Entry], names: Sequence[str]) -> None:
    """Add a legend of the verdicts that there are, and of what counts as no change."""
    found = {one.metrics[name].verdict for one in entries for name in names if _is_known(one, name)}
    for verdict in (one for one in COLOURS if one in found):
        axes.scatter([], [], s=_DOT, color=COLOURS[verdict], label=verdict)
    axes.fill_between([], [], [], color=BAND, label="too little to matter")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=6, borderaxespad=0.2)


def _name(one: Entry) -> str:
    return one.head.commit[:10] if one.head.commit else one.head.name


def _is_known(one: Entry, name: str) -> bool:
    return name in one.metrics and one.metrics[name].ratio is not None
