"""How a figure of stored runs went, over dates or commits, with the verdicts of comparisons on it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, get_args

import msgspec

from wswarm.errors import PlanError
from wswarm.report import format as show
from wswarm.report.ab.history import Entry as Verdict
from wswarm.report.charts.chart import Drawn
from wswarm.results.run import Run, Scenario
from wswarm.stats import figures
from wswarm.ui.entry import Entry, Record
from wswarm.ui.trend_chart import Judged, Reading, drawn_trend

SCENARIOS: tuple[str, ...] = get_args(Scenario)
Told = Callable[[float | None], str]
_TOLD: dict[figures.Kind, Told] = {
    "time": show.seconds,
    "size": show.size,
    "rate": show.rate,
    "count": show.number,
    "number": show.number,
}


class Trend(NamedTuple):
    """A figure over runs, the earliest first.

    Attributes:
        drawn: Its chart; without one where no run has the figure.
    """

    figure: str
    readings: list[Reading]
    judged: list[Judged]
    drawn: Drawn


def trend(figure: str, by: str, runs: Sequence[Record], comparisons: Sequence[Record]) -> Trend:
    """Return how the figure went.

    Args:
        figure: A dotted path of the run file, or a short name: `p99`, `lost`.
        by: `date` or `commit`.

    Raises:
        PlanError: no run file has such a number.
    """
    check(figure)
    kind = figures.kind_of(figures.full_path(figure, "echo"))
    told = _TOLD[kind]
    decode = msgspec.json.Decoder(Run).decode
    readings = [_reading(figure, record.entry, decode(record.detail), told) for record in runs]
    judged = _judged(comparisons)
    known = [one for one in readings if one.value is not None]
    return Trend(figure, readings, judged, drawn_trend(figure, kind, by, known, judged))


def check(figure: str) -> None:
    """Check that run files have such a number.

    Raises:
        PlanError: they have not.
    """
    if not figures.names(figure) or not figures.is_number(figures.full_path(figure, "echo")):
        close = " or ".join(figures.close_to(figure)) or "response_time.p50, p99, lost or rates.achieved"
        raise PlanError(f"figure {figure!r}: a run file has no such number: did you mean {close}?")


def _reading(figure: str, entry: Entry, run: Run, told: Told) -> Reading:
    value = figures.value_of(run, figures.full_path(figure, run.scenario))
    known = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    return Reading(entry, known, told(known))


def _judged(comparisons: Sequence[Record]) -> list[Judged]:
    """Return each comparison once, though it may stand in a report and in a history."""
    found: dict[tuple[str, str, str], Judged] = {}
    for record in comparisons:
        name = record.entry.name if record.entry.kind != "history" else None
        for one in msgspec.json.decode(record.detail, type=list[Verdict]):
            key = (one.made_at, one.base.commit or one.base.name, one.head.commit or one.head.name)
            if key not in found or found[key].name is None:
                found[key] = Judged(one, name)
    return sorted(found.values(), key=lambda one: one.verdict.made_at)
