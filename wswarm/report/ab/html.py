"""The page of a comparison while it goes on: what its generations say so far."""

from typing import Any

from wswarm.report import format as show
from wswarm.report.ab import effects
from wswarm.report.ab.file import named
from wswarm.report.captions import Caption
from wswarm.report.charts.chart import Drawn
from wswarm.report.charts.of_comparison import drawn
from wswarm.report.compare.html import EFFECTS_READING
from wswarm.report.context import Context, Side
from wswarm.report.html import Going, explored, page
from wswarm.stats.compare.ab import Comparison
from wswarm.stats.compare.comparison import AbProgress

_CAPTION = Caption("Head over base for each metric, with its interval so far.", EFFECTS_READING)
_MEANING = (
    "Generation: fresh servers of both versions, loaded in turn, slice by slice. Change: head over base; above 0 %"
    " head has more of it. Interval: where the truth lies; it closes in with each generation, until it is clear"
    " whether head is slower or the budget is over."
)


def render_progress(scenario: str, base: Side, head: Side, progress: AbProgress) -> str:
    """Return the page of a comparison that goes on: it asks for itself again each second."""
    context = Context(title="ab", base=base, head=head, command="", made_at="", scenario=scenario)
    known = named(progress.comparison, scenario) if progress.comparison is not None else None
    return page(
        "answer.html.j2",
        going=Going(_status(progress)),
        title=f"wswarm ab: {progress.doing}",
        name="ab",
        target=effects.sides(context),
        phrases=[show.printable(scenario)],
        look="going",
        headline="nothing is known yet" if known is None else f"{known.verdict} so far",
        notes=[show.printable(reason) for reason in known.reasons] if known is not None else [],
        facts=[],
        tables=[_figures(known, context)] if known is not None else [],
        settings=[],
        meaning=_MEANING,
        **explored(drawn(known, context) if known is not None else Drawn(), {}, lambda *_: _CAPTION),
    )


def _status(progress: AbProgress) -> str:
    where = f"generation {progress.generation} of {progress.most} at most: {progress.doing}"
    slices = f", slice {progress.slices} of {progress.slices_wanted}" if progress.doing == "measuring" else ""
    return f"{where}{slices}, {progress.elapsed:.0f} of {progress.budget:.0f} s at most"


def _figures(comparison: Comparison, context: Context) -> dict[str, Any]:
    rows = [
        {
            "cells": (
                one.metric,
                one.base,
                one.head,
                one.change,
                one.interval,
                f"{one.verdict} {one.remark}".rstrip(),
            ),
            "outcome": one.outcome.replace(" ", "-"),
        }
        for one in effects.rows(comparison, context)
    ]
    return {"heading": "Head over base", "columns": effects.columns(context), "rows": rows}
