"""The page of a search: it stands alone, for a browser, a phone or paper."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from wswarm.report import format as show
from wswarm.report.capacity import words
from wswarm.report.captions import Caption
from wswarm.report.charts.chart import Drawn, Mark
from wswarm.report.charts.of_search import add_trials, drawn
from wswarm.report.html import Going, explored, page
from wswarm.results.capacity import UNITS, CapacityScenario, Search, SearchProgress, Trial

READINGS = {
    "curve": Caption(
        "Times over the load, and the answer with its interval.",
        "Each mark is one trial, with the interval of its percentile. The band is where the capacity lies; left of it"
        " the load is carried, right of it times grow with every second that it lasts.",
    ),
    "trials": Caption(
        "The loads that were tried, one after another.",
        "Up by a factor until it is too much; then each round closes in by itself. Rounds that end far apart make a"
        " wide interval: the target changes from one start to the next, or over minutes.",
    ),
    "posterior": Caption(
        "What each round believed in the end.",
        "How probable each load is as the answer, round by round. The interval is that of the rounds' answers, not of"
        " one curve: what one round can't see is how much the next one differs.",
    ),
}
_MEANING = (
    "Carried: all objectives are met, the backlog does not grow and drains, nobody is refused. Capacity: the load at"
    " which half of the trials are carried. Interval: where it lies in 95 of 100 searches, by the spread of the"
    " rounds. Delivered: what came back per s. –: the trial says nothing of the target, as the generator or this"
    " machine could not keep up."
)
_OUTCOMES = {True: "no-regression", False: "regression", None: "inconclusive"}


def render(search: Search, pictures: Mapping[str, bytes]) -> str:
    """Return the page as HTML without any address that a browser would fetch.

    Args:
        pictures: By name, PNG or SVG, shown where there are no charts.
    """
    remedy = words.remedy(search)
    return page(
        "answer.html.j2",
        title=f"wswarm {words.title(search)}: {words.headline(search)}",
        name=words.title(search),
        target=show.printable(search.target),
        phrases=[words.criterion(search), words.how(search), search.started_at],
        look="valid" if search.is_found else "invalid",
        headline=words.headline(search),
        notes=[*([remedy] if remedy else []), *map(show.printable, search.notices)],
        facts=words.facts(search),
        tables=[_trials(search.trials)],
        meaning=_MEANING,
        **explored(drawn(search), pictures, lambda name, _: READINGS[name]),
        settings=_settings(search),
    )


def render_progress(
    scenario: CapacityScenario, target: str, slo: Sequence[str], progress: SearchProgress
) -> str:
    """Return the page of a search that goes on: it asks for itself again each second.

    Args:
        target: What is loaded, in words. `slo`: what a trial has to keep.
    """
    unit = UNITS[scenario]
    found = Drawn()
    if progress.trials:
        add_trials(scenario, progress.trials, found, _bracket(progress, "x"), _bracket(progress, "y"))
    rounds = [(f"round {place}", words.load(one, unit)) for place, one in enumerate(progress.answers, 1)]
    return page(
        "answer.html.j2",
        going=Going(_status(progress)),
        title=f"wswarm {words.title_of(scenario)}: {progress.doing}",
        name=words.title_of(scenario),
        target=show.printable(target),
        phrases=[words.criterion_of(scenario, slo)],
        look="going",
        headline=f"carried {words.figure(progress.carried)}, too much {words.load(progress.failed, unit)} so far",
        notes=[],
        facts=[("under way", words.load(progress.load, unit)), *rounds],
        tables=[_trials(progress.trials)],
        settings=[],
        meaning=_MEANING,
        **explored(found, {}, lambda name, _: READINGS[name]),
    )


def _status(progress: SearchProgress) -> str:
    where = "bracket" if progress.round == 0 else f"round {progress.round} of {progress.rounds_wanted}"
    clock = f"{progress.elapsed_s:.0f} of {progress.budget_s:.0f} s at most"
    return f"{where}: {progress.doing}, {clock}, {show.plural(len(progress.trials), 'trial')} so far"


def _bracket(progress: SearchProgress, way: Literal["x", "y"]) -> list[Mark]:
    """Return between which loads the answer lies so far, as an axis of loads has it."""
    low, high = progress.carried, progress.failed
    if low is None or high is None or high <= low:
        return []
    name = f"the answer lies between {words.figure(low)} and {words.figure(high)} so far"
    return [Mark(way=way, at=low, until=high, name=name, colour="sky")]


def _trials(trials: Sequence[Trial]) -> dict[str, Any]:
    rows = [{"cells": words.row(one), "outcome": _OUTCOMES[one.passed]} for one in trials]
    return {"heading": "Trials", "columns": words.COLUMNS, "rows": rows}


def _settings(search: Search) -> list[tuple[str, str]]:
    plan, seen = search.plan, search.environment
    names = ("connections", "publishers", "size", "arrivals", "seed", "warmup", "drain", "driver", "profile")
    rows = [(name, str(plan[name])) for name in names if plan.get(name) is not None]
    rows += [("cores", str(seen.cores)), ("processor", seen.cpu), ("kernel", seen.kernel)]
    return [(label, show.printable(value)) for label, value in rows if value]
