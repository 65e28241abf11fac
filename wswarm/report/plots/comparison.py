"""The pictures of a comparison, as PNG and, if asked for, SVG; the same comparison gives the same bytes."""

import re
from collections.abc import Sequence
from pathlib import Path

import matplotlib.style

from wswarm.report.ab.history import Entry
from wswarm.report.compare.overlay import Overlay
from wswarm.report.context import Context
from wswarm.report.plots import effects, save, trend, versus
from wswarm.report.plots.canvas import STYLE
from wswarm.stats.compare.ab import Comparison

MOST = 12  # distributions; a file of benchmarks may hold hundreds


def draw(
    comparison: Comparison, context: Context, overlays: Sequence[Overlay], folder: Path, *, svg: bool = False
) -> list[Path]:
    """Draw the effects, then every distribution of both versions over each other; return the files written.

    Raises:
        ResultError: a file can't be written.
    """
    written = []
    with matplotlib.style.context(["default", STYLE]):
        figure = effects.draw(comparison, context)
        if figure is not None:
            written += save(figure, folder / "effects", svg=svg)
        for number, overlay in enumerate(overlays[:MOST], 1):
            figure = versus.draw(overlay, comparison, context)
            written += save(figure, folder / _name(overlay, number), svg=svg)
    return written


def draw_trend(entries: Sequence[Entry], folder: Path, *, svg: bool = False) -> list[Path]:
    """Draw the history's ratios; return the files written, none without any.

    Raises:
        ResultError: a file can't be written.
    """
    with matplotlib.style.context(["default", STYLE]):
        figure = trend.draw(entries)
        return [] if figure is None else save(figure, folder / "trend", svg=svg)


def _name(overlay: Overlay, number: int) -> str:
    word = re.sub(r"[^a-z0-9]+", "-", overlay.name.lower()).strip("-")
    return f"distribution-{number}-{word[:60]}".rstrip("-")
