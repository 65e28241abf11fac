"""Charts as a page holds them: their words in its text, their figures as JSON beside."""

from collections.abc import Callable
from typing import Any

import msgspec
from markupsafe import Markup

from wswarm.report.captions import Caption
from wswarm.report.charts.chart import Chart, Drawn


def on_a_page(found: Drawn, anchor: str, caption: Callable[[Chart], Caption]) -> dict[str, Any]:
    """Return what `figures.html.j2` shows of these charts.

    Args:
        anchor: By which the page refers to them.
        caption: The words that go with one.
    """
    charts = [
        {
            "name": one.name,
            "is_half": one.is_half,
            "title": one.title,
            "alt": words.alt,
            "reading": words.reading,
        }
        for one in found.charts
        for words in [caption(one)]
    ]
    return {"anchor": anchor, "charts": charts, "data": embedded(found)}


def embedded(found: Drawn) -> Markup:
    """Return it as JSON that can stand inside a script element."""
    return Markup(msgspec.json.encode(found).decode().replace("<", "\\u003c"))
