"""The pictures of a model: its fit, and the times of its cells."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from wswarm.report.plots import canvas, save
from wswarm.report.sizing import words
from wswarm.results.sizing import Cell, Model
from wswarm.stats.sizing.costs import cores
from wswarm.stats.sizing.heldout import CPU_BOUND
from wswarm.stats.sizing.load import load_of

_BEYOND = 1.15


def draw(model: Model, folder: Path, *, svg: bool = False) -> list[Path]:
    """Draw every picture that there are figures for; return the files written.

    Raises:
        ResultError: a file can't be written.
    """
    written = []
    with matplotlib.style.context(["default", canvas.STYLE]):
        for name, make in PICTURES.items():
            figure = make(model)
            if figure is not None:
                written += save(figure, folder / name, svg=svg)
    return written


def fit(model: Model) -> Figure | None:
    """Return what cells used of the cores over what the model says."""
    known = [cell for cell in model.cells if cell.valid]
    if not known:
        return None
    drawn = _figure(model, "CPU: measured over modelled")
    axes = drawn.subplots()
    told = {id(cell): cores(model.cpu, load_of(cell)) for cell in known}
    most = _BEYOND * max(*told.values(), *(sum(cell.cpu) for cell in known))
    axes.fill_between(
        [0, most],
        [0, most * (1 - CPU_BOUND)],
        [0, most * (1 + CPU_BOUND)],
        color="#d9e6ef",
        linewidth=0,
        zorder=-2,
    )
    axes.plot([0, most], [0, most], color=canvas.INK, linewidth=1, zorder=-1)
    for name, marker, colour, cells in _kinds(known):
        points = [(told[id(cell)], sum(cell.cpu)) for cell in cells]
        _marks(axes, points, name, marker, colour)
    axes.set_xlim(0, most)
    axes.set_ylim(0, most)
    axes.set_xlabel("cores, as the model says")
    axes.set_ylabel("cores, measured")
    canvas.legend(axes)
    return drawn


def times(model: Model) -> Figure | None:
    """Return p50 and p99 of each cell over the utilisation of its busiest worker."""
    known = [cell for cell in model.cells if cell.valid and (cell.p50 is not None or cell.p99 is not None)]
    if not known:
        return None
    drawn = _figure(model, "Times over utilisation")
    axes = drawn.subplots()
    for figure, colours in (("p50", (canvas.BLUE, canvas.SKY)), ("p99", (canvas.VERMILION, canvas.ORANGE))):
        for (name, marker, _, cells), colour in zip(_kinds(known), colours, strict=True):
            points = [
                (cell.utilisation, value) for cell in cells if (value := getattr(cell, figure)) is not None
            ]
            _marks(axes, points, f"{figure}, {name}", marker, colour)
    values = [value for cell in known for value in (cell.p50, cell.p99)]
    canvas.scale_time(axes.yaxis, values, log_from=10.0)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("of a core, by the busiest worker")
    axes.set_ylabel("response time" if model.mechanism.scenario == "echo" else "delivery time")
    canvas.legend(axes)
    return drawn


PICTURES: Mapping[str, Callable[[Model], Figure | None]] = {"fit": fit, "times": times}


def _figure(model: Model, title: str) -> Figure:
    return canvas.headed(
        canvas.Heading(
            title=f"{title}: {words.title(model)}",
            plan=f"{words.how(model)}; held out: {words.errors(model)}",
            origin=f"{model.target}   {model.started_at}",
            badge="validated" if model.validated else "not validated",
            look="valid" if model.validated else "suspect",
            reasons=model.reasons,
        )
    )


def _kinds(cells: Iterable[Cell]) -> list[tuple[str, str, str, list[Cell]]]:
    """Return the cells that the model was made from and those that it has not seen, each with its look."""
    known = list(cells)
    return [
        ("fitted", "o", canvas.BLUE, [cell for cell in known if not cell.held_out]),
        ("held out", "D", canvas.VERMILION, [cell for cell in known if cell.held_out]),
    ]


def _marks(axes: Axes, points: list[tuple[float, float]], name: str, marker: str, colour: str) -> None:
    if points:
        look: canvas.Look = {"linestyle": "none", "marker": marker, "color": colour, "markersize": 7}
        axes.plot(*zip(*points, strict=True), label=name, **look)
