"""The page of a model: it stands alone, for a browser, a phone or paper."""

from collections.abc import Mapping
from typing import Any

from wswarm.report import format as show
from wswarm.report.captions import Caption
from wswarm.report.charts.of_model import drawn
from wswarm.report.html import explored, page
from wswarm.report.sizing import words
from wswarm.results.sizing import Model

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
        tables=[_cells(model)],
        **explored(drawn(model), pictures, lambda name, _: READINGS[name]),
        settings=_settings(model),
        meaning=_MEANING,
    )


def _cells(model: Model) -> dict[str, Any]:
    rows = [{"cells": words.row(cell), "outcome": _OUTCOMES[cell.valid]} for cell in model.cells]
    return {"heading": "Cells", "columns": words.COLUMNS, "rows": rows}


def _settings(model: Model) -> list[tuple[str, str]]:
    machine = model.machine
    rows = [
        *words.mechanism(model.mechanism),
        ("cores", str(machine.cores)),
        ("processor", machine.cpu),
    ]
    return [(label, show.printable(value)) for label, value in rows if value]
