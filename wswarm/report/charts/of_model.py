"""Which charts a model of a target has: its fit, and the times of its cells."""

from collections.abc import Sequence

from wswarm.report.charts.chart import Axis, Chart, Colour, Drawn, Marker, Series, time_axis
from wswarm.report.sizing import words
from wswarm.results.sizing import Cell, Model, SizedScenario
from wswarm.stats.sizing.costs import cores
from wswarm.stats.sizing.heldout import CPU_BOUND
from wswarm.stats.sizing.load import load_of

_BEYOND = 1.15
_KINDS: tuple[tuple[str, bool, Marker], ...] = (("fitted", False, "circle"), ("held out", True, "diamond"))
_COLOURS: dict[str, tuple[Colour, Colour]] = {"p50": ("blue", "sky"), "p99": ("vermilion", "orange")}


def drawn(model: Model) -> Drawn:
    """Return the charts of a model and their figures."""
    found = Drawn()
    _add_fit(model, found)
    add_times(model.mechanism.scenario, model.cells, found)
    return found


def _add_fit(model: Model, drawn: Drawn) -> None:
    known = [cell for cell in model.cells if cell.valid]
    if not known:
        return
    told = {id(cell): cores(model.cpu, load_of(cell)) for cell in known}
    most = _BEYOND * max(*told.values(), *(sum(cell.cpu) for cell in known))
    ends = sorted({0.0, *told.values(), most})
    drawn.frames["model"] = {
        "model": ends,
        "cores": ends,
        "low": [end * (1 - CPU_BOUND) for end in ends],
        "high": [end * (1 + CPU_BOUND) for end in ends],
    }
    band = f"as the model says, and {CPU_BOUND:.0%} around it"
    lines = [
        Series(
            name=band, frame="model", x="model", y="cores", low="low", high="high", look="line", colour="ink"
        )
    ]
    for (name, is_held_out, marker), colour in zip(_KINDS, ("blue", "vermilion"), strict=True):
        own = [cell for cell in known if cell.held_out is is_held_out]
        key = f"fit-{name.replace(' ', '-')}"
        drawn.frames[key] = {
            "model": [told[id(cell)] for cell in own],
            "cores": [sum(cell.cpu) for cell in own],
            "load": [_load(cell) for cell in own],
        }
        if own:
            lines.append(_points(name, key, "model", "cores", marker, colour))  # type: ignore[arg-type]
    x, y = (
        Axis(label=label, kind="cores", low=0.0, high=most)
        for label in ("cores, as the model says", "cores, measured")
    )
    drawn.add(Chart(name="fit", title="CPU: measured over modelled", x=x, y=y, series=lines))


def add_times(scenario: SizedScenario, cells: Sequence[Cell], drawn: Drawn) -> None:
    """Add p50 and p99 of each cell over the utilisation of its busiest worker."""
    lines, values = [], []
    for figure, colours in _COLOURS.items():
        for (name, is_held_out, marker), colour in zip(_KINDS, colours, strict=True):
            own = [
                cell
                for cell in cells
                if cell.valid and cell.held_out is is_held_out and getattr(cell, figure) is not None
            ]
            if own:
                key = f"{figure}-{name.replace(' ', '-')}"
                times = [getattr(cell, figure) for cell in own]
                drawn.frames[key] = {
                    "utilisation": [cell.utilisation for cell in own],
                    "time": times,
                    "load": [_load(cell) for cell in own],
                }
                values += times
                lines.append(_points(f"{figure}, {name}", key, "utilisation", "time", marker, colour))
    if lines:
        x = Axis(label="of a core, by the busiest worker", kind="share", low=0.0, high=1.0)
        y = time_axis("response time" if scenario == "echo" else "delivery time", values)
        drawn.add(Chart(name="times", title="Times over utilisation", x=x, y=y, series=lines))


def _points(name: str, frame: str, x: str, y: str, marker: Marker, colour: Colour) -> Series:
    return Series(name=name, frame=frame, x=x, y=y, words="load", look="points", marker=marker, colour=colour)


def _load(cell: Cell) -> str:
    workers, connections, rate, fanout, size, *_ = words.row(cell)
    return f"{connections} connections, {rate} to {fanout} each, {size}, workers {workers}"
