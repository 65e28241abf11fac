"""The page of a model: it stands alone, for a browser, a phone or paper."""

from collections.abc import Mapping, Sequence
from typing import Any

from wswarm.report import format as show
from wswarm.report.captions import Caption
from wswarm.report.charts.chart import Drawn
from wswarm.report.charts.of_model import add_times, drawn
from wswarm.report.html import Going, explored, page
from wswarm.report.sizing import words
from wswarm.results.sizing import Cell, Model, SizedScenario
from wswarm.results.sizing_progress import SizingProgress

READINGS = {
    "fit": Caption(
        "What each cell used of the cores beside what the model says.",
        "On the line both are the same; the band is 10 % on either side. Diamonds are held out: the model has never"
        " seen them, and they lie outside of what it was made from.",
    ),
    "times": Caption(
        "Times over the utilisation of the busiest worker.",
        "Delivery or response time of each cell. Fan-out apart, times grow with the utilisation, and steeply near 1.",
    ),
}
_OUTCOMES = {True: "no-regression", False: "inconclusive"}
_MEANING = (
    "Cell: one load, held for some seconds by one start of the server. Held out: never seen by what the model is made"
    " from, and outermost. Validated: of those cells CPU is within 10 % and times are within 25 % of what the model"
    " says. Last: the median time until a broadcast has reached its last subscriber."
)


def render(model: Model, pictures: Mapping[str, bytes]) -> str:
    """Return the page as HTML without any address that a browser would fetch.

    Args:
        pictures: By name, PNG or SVG, shown where there are no charts.
    """
    return page(
        "answer.html.j2",
        title=f"wswarm {words.title(model)}: {words.standing(model)}",
        name=words.title(model),
        target=show.printable(model.target),
        phrases=[words.how(model), model.started_at],
        look="valid" if model.validated else "suspect",
        headline=words.standing(model),
        notes=[show.printable(reason) for reason in model.reasons],
        facts=words.facts(model),
        tables=[_cells(model.cells)],
        **explored(drawn(model), pictures, lambda name, _: READINGS[name]),
        settings=_settings(model),
        meaning=_MEANING,
    )


def render_progress(scenario: SizedScenario, target: str, progress: SizingProgress) -> str:
    """Return the page of sizing that goes on: it asks for itself again each second.

    Args:
        target: What is loaded, in words.
    """
    found = Drawn()
    add_times(scenario, progress.cells, found)
    done = min(len(progress.cells), progress.wanted)
    clock = f"{progress.elapsed_s:.0f} of {progress.budget_s:.0f} s at most"
    name = words.title_of(scenario)
    return page(
        "answer.html.j2",
        going=Going(f"{progress.doing}, {clock}"),
        title=f"wswarm {name}: {progress.doing}",
        name=name,
        target=show.printable(target),
        phrases=[],
        look="going",
        headline=f"{done} of {show.plural(progress.wanted, 'cell')} so far",
        notes=[show.printable(why) for why in progress.left_out],
        facts=[],
        tables=[_cells(progress.cells)],
        settings=[],
        meaning=_MEANING,
        **explored(found, {}, lambda name, _: READINGS[name]),
    )


def _cells(cells: Sequence[Cell]) -> dict[str, Any]:
    rows = [{"cells": words.row(cell), "outcome": _OUTCOMES[cell.valid]} for cell in cells]
    return {"heading": "Cells", "columns": words.COLUMNS, "rows": rows}


def _settings(model: Model) -> list[tuple[str, str]]:
    machine = model.machine
    rows = [
        *words.mechanism(model.mechanism),
        ("cores", str(machine.cores)),
        ("processor", machine.cpu),
    ]
    return [(label, show.printable(value)) for label, value in rows if value]
