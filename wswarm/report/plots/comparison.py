"""The pictures of a comparison, of the charts that its page has, and of a history."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib.style

from wswarm.report.ab import effects
from wswarm.report.ab.history import Entry
from wswarm.report.charts.of_comparison import EFFECTS, drawn
from wswarm.report.compare.html import look
from wswarm.report.compare.overlay import Overlay
from wswarm.report.context import Context
from wswarm.report.plots import charted, save, trend
from wswarm.report.plots.canvas import STYLE, Heading
from wswarm.stats.compare.ab import Comparison


def draw(
    comparison: Comparison, context: Context, overlays: Sequence[Overlay], folder: Path, *, svg: bool = False
) -> list[Path]:
    """Draw the effects, then the distributions of both versions over each other; return the files written.

    Raises:
        ResultError: a file can't be written.
    """
    return charted.draw(
        drawn(comparison, context, overlays),
        lambda chart: Heading(
            title=chart.title if chart.name == EFFECTS else f"{chart.y.label}, base and head",
            plan=effects.sides(context),
            origin="   ".join([*effects.facts(comparison, context), context.made_at]),
            badge=effects.verdict(comparison, context),
            look=look(comparison, context),
        ),
        folder,
        svg=svg,
    )


def draw_trend(entries: Sequence[Entry], folder: Path, *, svg: bool = False) -> list[Path]:
    """Draw the history's ratios; return the files written, none without any.

    Raises:
        ResultError: a file can't be written.
    """
    with matplotlib.style.context(["default", STYLE]):
        figure = trend.draw(entries)
        return [] if figure is None else save(figure, folder / "trend", svg=svg)
