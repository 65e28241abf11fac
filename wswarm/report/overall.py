"""What came of runs, in the order in which a reader asks: did it fail, are objectives met, can it be trusted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from wswarm.report import format as show
from wswarm.report import headline
from wswarm.report.sections import STANDING_SIGNS, objective_result, objective_value
from wswarm.results.run import Run, SloResult

STANDINGS = {"met": "met", "missed": "missed", "not measurable": "unmeasured"}


class Badge(NamedTuple):
    """A word with a colour: `look` is one of the verdicts, or what came of objectives."""

    look: str
    words: str


class Overall(NamedTuple):
    """What came of it.

    Attributes:
        failures: What could not be measured, and targets that failed. `notices`: what to know first.
        objectives: `None` without any. `unmet`: each that is missed or could not be measured.
        verdict: The worst. `reasons`: for it, each once.
    """

    failures: list[str]
    notices: list[str]
    objectives: Badge | None
    unmet: list[str]
    verdict: Badge
    reasons: list[str]


def overall(runs: Sequence[Run], failures: Mapping[str, str]) -> Overall:
    """Return what came of the runs together; with several, each line names those that it is of."""
    worst = max(runs, key=lambda run: list(headline.SIGNS).index(run.validity.verdict))
    return Overall(
        failures=[
            *(f"{name} could not be measured: {show.printable(why)}" for name, why in failures.items()),
            *_lines(runs, lambda run: [line for line in [headline.failure(run)] if line is not None]),
        ],
        notices=_lines(runs, lambda run: map(show.printable, run.notices)),
        objectives=objectives(runs),
        unmet=_lines(runs, lambda run: (_unmet(result) for result in run.slo if not result.met)),
        verdict=Badge(worst.validity.verdict, headline.verdict(worst)),
        reasons=_lines(runs, lambda run: map(show.printable, run.validity.reasons)),
    )


def objectives(runs: Sequence[Run]) -> Badge | None:
    """Return how the runs stand to their objectives, by the worst of them."""
    words = headline.objectives(runs)
    found = {headline.standing(result) for run in runs for result in run.slo}
    look = next((STANDINGS[one] for one in ("missed", "not measurable") if one in found), "met")
    return Badge(look, words) if words is not None else None


def _unmet(result: SloResult) -> str:
    sign = STANDING_SIGNS[headline.standing(result)]
    value = objective_value(result.expression, result.value)
    shown = f"{value}, " if result.value is not None else ""
    return f"{sign} {show.printable(result.expression)}: {shown}{objective_result(result)}"


def _lines(runs: Sequence[Run], lines_of: Callable[[Run], Iterable[str]]) -> list[str]:
    """Return the lines, each once; of several runs with the names of those that it is of."""
    found: dict[str, list[str]] = {}
    for run in runs:
        for line in dict.fromkeys(lines_of(run)):
            found.setdefault(line, []).append(headline.title(run))
    if len(runs) == 1:
        return list(found)
    return [f"{', '.join(names)}: {line}" for line, names in found.items()]
