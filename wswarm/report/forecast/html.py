"""The page of a forecast: it stands alone, for a browser, a phone or paper."""

from collections.abc import Mapping
from typing import Any

from wswarm.report import format as show
from wswarm.report.captions import Caption
from wswarm.report.charts.of_forecast import drawn
from wswarm.report.forecast import words
from wswarm.report.html import explored, page
from wswarm.report.sizing.words import mechanism
from wswarm.results.forecast import Outlook

READINGS = {
    "work": Caption(
        "CPU and memory over connections, with bands.",
        "In 90 of 100 draws of the server's costs the figure lies in the band. Right of the dashed line a worker"
        " would need more than 0.85 of a core: no times are given there.",
    ),
    "times": Caption(
        "Times over connections, with bands and objectives.",
        "Likely times with the band of 90 of 100 draws. A dotted line is what an objective allows: it is met where"
        " the whole band lies below it.",
    ),
}
_MEANING = (
    "Likely: the median of the draws; low and high: 5 of 100 lie below, and 5 above. Busiest: the worker that has"
    " most of the connections, as they do not fall evenly. Last: the last delivery of a broadcast, the median of all."
    " Validated: loads that the model had not seen were foretold within 10 % (CPU) and 25 % (times). Gives in first:"
    " of all limits the one that is used most."
)


def render(outlook: Outlook, pictures: Mapping[str, bytes]) -> str:
    """Return the page as HTML without any address that a browser would fetch.

    Args:
        pictures: By name, PNG or SVG, shown where there are no charts.
    """
    return page(
        "answer.html.j2",
        title=f"wswarm forecast: {words.headline(outlook)}",
        name="forecast",
        target=show.printable(outlook.target),
        phrases=[words.wanted(outlook), f"measured {outlook.measured_at}"],
        look=look(outlook),
        headline=words.headline(outlook),
        notes=[words.standing(outlook), words.off(outlook.held_out), *words.remarks(outlook)],
        facts=[("gives in first", outlook.forecast.gives_in_first), *_objectives(outlook)],
        tables=[
            _table("Figures", words.FIGURE_COLUMNS, words.figures(outlook)),
            _table("Limits", words.LIMIT_COLUMNS, [words.limit(one) for one in outlook.limits]),
        ],
        **explored(drawn(outlook), pictures, lambda name, _: READINGS[name]),
        settings=_settings(outlook),
        meaning=_MEANING,
    )


def look(outlook: Outlook) -> str:
    """Return the look of what came of it: of a verdict, as pages and pictures know them."""
    if any(not one.met for one in outlook.slo):
        return "invalid"
    return "valid" if outlook.validated else "suspect"


def _objectives(outlook: Outlook) -> list[tuple[str, str]]:
    return [("objective", told) for told in words.objective(outlook)]


def _table(heading: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> dict[str, Any]:
    return {
        "heading": heading,
        "columns": columns,
        "rows": [{"cells": row, "outcome": "no-regression"} for row in rows],
    }


def _settings(outlook: Outlook) -> list[tuple[str, str]]:
    rows = [
        ("cells", show.count(outlook.cells)),
        *mechanism(outlook.mechanism),
        ("seed", str(outlook.seed)),
    ]
    return [(label, show.printable(value)) for label, value in rows]
