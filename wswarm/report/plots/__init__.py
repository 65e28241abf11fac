"""The pictures of a run, each as PNG and SVG; the same run gives the same bytes."""

from collections.abc import Callable, Mapping
from pathlib import Path

import matplotlib.style
from matplotlib.figure import Figure

from wswarm.report.plots import connections, fanout, over_time, percentiles
from wswarm.report.plots.canvas import STYLE
from wswarm.run import Run

PICTURES: Mapping[str, Callable[[Run], Figure | None]] = {
    "connections": connections.draw,
    "percentiles": percentiles.draw,
    "over-time": over_time.draw,
    "fanout": fanout.draw,
}


def draw(run: Run, folder: Path) -> list[Path]:
    """Draw every picture that the run has figures for into `folder`, which exists; return the files written.

    Raises:
        OSError: a file can't be written.
    """
    written = []
    with matplotlib.style.context(["default", STYLE]):
        for name, picture in PICTURES.items():
            figure = picture(run)
            if figure is not None:
                written += save(figure, folder / name)
    return written


def save(figure: Figure, stem: Path) -> list[Path]:
    """Write the figure as PNG and SVG, which are returned.

    Raises:
        OSError: a file can't be written.
    """
    png, svg = stem.with_suffix(".png"), stem.with_suffix(".svg")
    figure.savefig(png)
    figure.set_layout_engine("none")  # where everything goes is known by now, and takes a third of the time
    figure.savefig(svg, metadata={"Date": None})
    return [png, svg]
