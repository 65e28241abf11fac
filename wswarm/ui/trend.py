"""How a figure of stored runs went, over dates or commits, with the verdicts of comparisons on it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, get_args
from urllib.parse import quote

import msgspec

from wswarm.errors import PlanError
from wswarm.report import format as show
from wswarm.report.ab import effects
from wswarm.report.ab.history import Entry as Verdict
from wswarm.results.run import Run, Scenario
from wswarm.stats import figures
from wswarm.ui import chart
from wswarm.ui.chart import Chart, Mark, Point, Scale, Series
from wswarm.ui.entry import Entry, Record

SCENARIOS: tuple[str, ...] = get_args(Scenario)
MOST_SERIES = 6
UNKNOWN_COMMIT = "no commit"
Told = Callable[[float | None], str]
_TOLD: dict[figures.Kind, Told] = {
    "time": show.seconds,
    "size": show.size,
    "rate": show.rate,
    "count": show.number,
    "number": show.number,
}


class Reading(NamedTuple):
    """The figure in one run; `value` is `None` where the run has none."""

    entry: Entry
    value: float | None
    shown: str


class Judged(NamedTuple):
    """A comparison of two versions, and the report that holds it, if one does."""

    verdict: Verdict
    name: str | None

    @property
    def head_words(self) -> str:
        """What was judged."""
        return effects.side(self.verdict.head)

    @property
    def base_words(self) -> str:
        """What it was held against."""
        return effects.side(self.verdict.base)


class Trend(NamedTuple):
    """A figure over runs, the earliest first.

    Attributes:
        chart: `None` where no run has the figure.
    """

    figure: str
    readings: list[Reading]
    judged: list[Judged]
    chart: Chart | None


def trend(figure: str, by: str, runs: Sequence[Record], comparisons: Sequence[Record]) -> Trend:
    """Return how the figure went.

    Args:
        figure: A dotted path of the run file, or a short name: `p99`, `lost`.
        by: `date` or `commit`.

    Raises:
        PlanError: no run file has such a number.
    """
    check(figure)
    told = _TOLD[figures.kind_of(figures.full_path(figure, "echo"))]
    decode = msgspec.json.Decoder(Run).decode
    readings = [_reading(figure, record.entry, decode(record.detail), told) for record in runs]
    judged = _judged(comparisons)
    known = [one for one in readings if one.value is not None]
    drawn = _drawn(figure, by, known, judged, told) if known else None
    return Trend(figure, readings, judged, drawn)


def check(figure: str) -> None:
    """Check that run files have such a number.

    Raises:
        PlanError: they have not.
    """
    if not figures.names(figure) or not figures.is_number(figures.full_path(figure, "echo")):
        close = " or ".join(figures.close_to(figure)) or "response_time.p50, p99, lost or rates.achieved"
        raise PlanError(f"figure {figure!r}: a run file has no such number: did you mean {close}?")


def seconds_of(moment: str) -> float | None:
    """Return a moment of a run file in s since 1970, `None` if it is none."""
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


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


def _drawn(figure: str, by: str, known: Sequence[Reading], judged: Sequence[Judged], told: Told) -> Chart:
    across, place_of = _by_commit(known) if by == "commit" else _by_date(known, judged)
    values = [one.value for one in known if one.value is not None]
    up = chart.scale(figure, values, told, is_zero_shown=True)
    marks = [mark for one in judged if (mark := _mark(one, by, place_of)) is not None]
    return Chart(
        title=f"{figure} by {by}", x=across, y=up, series=_series(figure, known, by, place_of), marks=marks
    )


class _Places:
    """Where moments or commits stand."""

    def __init__(self, commits: Sequence[str] | None) -> None:
        self._places = (
            {name: float(place) for place, name in enumerate(commits)} if commits is not None else None
        )

    def __call__(self, made_at: str, commit: str) -> float | None:
        if self._places is None:
            return seconds_of(made_at)
        return self._places.get(_plain(commit))


def _by_date(known: Iterable[Reading], judged: Iterable[Judged]) -> tuple[Scale, _Places]:
    told = [*(one.entry.made_at for one in known), *(one.verdict.made_at for one in judged)]
    moments = [at for one in told if (at := seconds_of(one)) is not None]
    return chart.dates("when the run began (UTC)", moments), _Places(None)


def _by_commit(known: Iterable[Reading]) -> tuple[Scale, _Places]:
    commits = list(dict.fromkeys(_plain(one.entry.commit) for one in known))
    names = [show.shortened(commit, 13) for commit in commits]
    return chart.places("commit, in the order of their first runs", names), _Places(commits)


def _plain(commit: str) -> str:
    """Return the commit, whether or not something was changed besides."""
    return commit.rstrip("+") or UNKNOWN_COMMIT


def _series(figure: str, known: Sequence[Reading], by: str, place_of: _Places) -> list[Series]:
    """Return the points, those of each target in a colour of its own; of many targets the later ones together."""
    targets = list(dict.fromkeys(one.entry.target for one in known))
    own = targets if len(targets) <= MOST_SERIES else targets[: MOST_SERIES - 1]
    points: dict[str, list[Point]] = {target: [] for target in own}
    for one in known:
        place = place_of(one.entry.made_at, one.entry.commit)
        if place is None or one.value is None:
            continue
        name = one.entry.target if one.entry.target in own else "other targets"
        points.setdefault(name, []).append(_point(figure, one, place))
    look = "line" if by == "date" else "points"
    return [Series(name=show.shortened(name, 60), look=look, points=found) for name, found in points.items()]  # type: ignore[arg-type]


def _point(figure: str, one: Reading, place: float) -> Point:
    entry = one.entry
    words = [f"{figure} {one.shown}", entry.made_at[:19].replace("T", " "), entry.commit[:10], entry.verdict]
    return Point(
        place,
        one.value or 0.0,
        " · ".join(filter(None, words)),
        f"/runs/{quote(entry.name)}",
        entry.verdict != "valid",
    )


def _mark(one: Judged, by: str, place_of: _Places) -> Mark | None:
    """Return a verdict's place above the chart, `None` where that is not on it."""
    verdict = one.verdict
    place = place_of(verdict.made_at, verdict.head.commit or "")
    if place is None or (by == "commit" and not verdict.head.commit):
        return None
    words = f"{verdict.command}: {verdict.verdict} · {effects.side(verdict.head)} · {verdict.made_at}"
    link = f"/runs/{quote(one.name)}" if one.name else ""
    return Mark(x=place, sign=effects.SIGNS[verdict.verdict], outcome=verdict.verdict, words=words, link=link)
