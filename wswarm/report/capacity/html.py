"""The page of a search: it stands alone, for a browser, a phone or paper."""

from collections.abc import Mapping

from wswarm.report import format as show
from wswarm.report.capacity import words
from wswarm.report.captions import Caption
from wswarm.report.charts.of_search import drawn
from wswarm.report.html import explored, page
from wswarm.results.capacity import Search, Trial

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
    rows = [{"cells": words.row(one), "outcome": _outcome(one)} for one in search.trials]
    return page(
        "answer.html.j2",
        title=f"wswarm {words.title(search)}: {words.headline(search)}",
        name=words.title(search),
        target=show.printable(search.target),
        phrases=[words.criterion(search), words.how(search), search.started_at],
        look="valid" if search.is_bounded else "invalid",
        headline=words.headline(search),
        notes=[*([remedy] if remedy else []), *map(show.printable, search.notices)],
        facts=words.facts(search),
        tables=[{"heading": "Trials", "columns": words.COLUMNS, "rows": rows}],
        meaning=_MEANING,
        **explored(drawn(search), pictures, lambda name, _: READINGS[name]),
        settings=_settings(search),
    )


def _outcome(trial: Trial) -> str:
    return _OUTCOMES[trial.passed]


def _settings(search: Search) -> list[tuple[str, str]]:
    plan, seen = search.plan, search.environment
    names = ("connections", "publishers", "size", "arrivals", "seed", "warmup", "drain", "driver", "profile")
    rows = [(name, str(plan[name])) for name in names if plan.get(name) is not None]
    rows += [("cores", str(seen.cores)), ("processor", seen.cpu), ("kernel", seen.kernel)]
    return [(label, show.printable(value)) for label, value in rows if value]
