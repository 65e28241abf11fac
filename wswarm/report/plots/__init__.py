"""The pictures of a run, as PNG and, if asked for, SVG; the same run gives the same bytes."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from wswarm.report.plots import (
    connections,
    fanout,
    over_time,
    percentiles,
    probe,
    slow,
    stages,
    storm,
    trends,
)
from wswarm.report.plots.canvas import STYLE
from wswarm.report.plots.halves import do_each
from wswarm.report.whole_file import partial_of
from wswarm.results.run import Run

PICTURES: Mapping[str, Callable[[Run], Figure | None]] = {
    "connections": connections.draw,
    "percentiles": percentiles.draw,
    "over-time": over_time.draw,
    "fanout": fanout.draw,
    "storm": storm.draw,
    "slow": slow.draw,
    "stages": stages.draw,
    "trends": trends.draw,
    "probe": probe.draw,
}
_COMPRESSION = 3  # of 9: half the time of the usual 6, and a fifteenth more bytes


def draw(runs: Sequence[tuple[Run, Path]], *, svg: bool = False, in_two: bool = False) -> Exception | None:
    """Draw every picture that each run has figures for into its folder, which exists.

    Args:
        runs: With the folder of each.
        svg: Whether to write SVG beside PNG.
        in_two: Have a process of its own draw half of them; only for processes without threads.

    Returns:
        What went wrong with the first picture that could not be drawn; the others are there.
    """
    with matplotlib.style.context(["default", STYLE]):
        tasks = [partial(_draw, run, folder, name, svg=svg) for run, folder in runs for name in PICTURES]
        return do_each(tasks, in_two=in_two)


def save(figure: Figure, stem: Path, *, svg: bool) -> list[Path]:
    """Write the figure as PNG, and as SVG if that is wanted; return the files, each written whole.

    Raises:
        ResultError: a file can't be written.
    """
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine(
            None
        )  # or every file is drawn twice, the first time to find out where all goes
    png = stem.with_suffix(".png")
    canvas: Any = FigureCanvasAgg(figure)  # of which the library says no types
    canvas.draw()
    drawn = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")  # nothing of it is transparent
    with partial_of(png) as file:
        drawn.save(file, "PNG", compress_level=_COMPRESSION, dpi=(figure.dpi, figure.dpi))
    if not svg:
        return [png]
    with partial_of(stem.with_suffix(".svg")) as file:
        figure.savefig(file, format="svg", metadata={"Date": None})
    return [png, stem.with_suffix(".svg")]


def _draw(run: Run, folder: Path, name: str, *, svg: bool) -> None:
    figure = PICTURES[name](run)
    if figure is not None:
        save(figure, folder / name, svg=svg)
