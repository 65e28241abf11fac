"""The chart of a figure over stored runs, with the verdicts of comparisons above it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote

from wswarm.report import format as show
from wswarm.report.ab import effects
from wswarm.report.ab.history import Entry as Verdict
from wswarm.report.charts.chart import COLOURS, Axis, Chart, Drawn, Kind, Series, span_axis, time_axis
from wswarm.report.charts.of_comparison import COLOURS as OUTCOMES
from wswarm.ui.entry import Entry

MOST_SERIES = len(COLOURS)
UNKNOWN_COMMIT = "no commit"
_ROOM_S = 30.0  # at either end of an axis of dates, at least
Place = Callable[[str, str], float | None]


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


def drawn_trend(
    figure: str, kind: Kind, by: str, known: Sequence[Reading], judged: Sequence[Judged]
) -> Drawn:
    """Return the chart of the runs that have the figure, without one where there is none.

    Args:
        by: `date` or `commit`.
    """
    drawn = Drawn()
    if known:
        across, place_of = _by_commit(known) if by == "commit" else _by_date(known, judged)
        chart = Chart(
            name="trend",
            title=f"{figure} by {by}",
            x=across,
            y=_up(figure, kind, [one.value for one in known if one.value is not None]),
            series=[
                *_targets(known, place_of, drawn, is_line=by == "date"),
                *_verdicts(judged, by, place_of, drawn),
            ],
        )
        drawn.charts.append(chart)
    return drawn


def seconds_of(moment: str) -> float | None:
    """Return a moment of a run file in s since 1970, `None` if it is none."""
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _up(figure: str, kind: Kind, values: Sequence[float]) -> Axis:
    if kind == "time":
        return time_axis(figure, values)
    axis = span_axis(figure, kind, values)
    return axis if axis.is_log or min(values) < 0 else replace(axis, low=0.0)


def _by_date(known: Sequence[Reading], judged: Sequence[Judged]) -> tuple[Axis, Place]:
    told = [*(one.entry.made_at for one in known), *(one.verdict.made_at for one in judged)]
    moments = [at for one in told if (at := seconds_of(one)) is not None] or [0.0]
    room = max((max(moments) - min(moments)) * 0.03, _ROOM_S)
    axis = Axis(
        label="when the run began (UTC)", kind="date", low=min(moments) - room, high=max(moments) + room
    )
    return axis, lambda made_at, _: seconds_of(made_at)


def _by_commit(known: Sequence[Reading]) -> tuple[Axis, Place]:
    commits = list(dict.fromkeys(_plain(one.entry.commit) for one in known))
    places = {name: float(place) for place, name in enumerate(commits)}
    axis = Axis(
        label="commit, in the order of their first runs",
        kind="name",
        low=-0.5,
        high=len(commits) - 0.5,
        names=[show.shortened(show.printable(commit), 13) for commit in commits],
    )
    return axis, lambda _, commit: places.get(_plain(commit))


def _plain(commit: str) -> str:
    """Return the commit, whether or not something was changed besides."""
    return commit.rstrip("+") or UNKNOWN_COMMIT


def _targets(known: Sequence[Reading], place_of: Place, drawn: Drawn, *, is_line: bool) -> list[Series]:
    """Return the runs of each target in a colour of its own; of many targets the later ones together."""
    targets = list(dict.fromkeys(one.entry.target for one in known))
    own = targets if len(targets) <= MOST_SERIES else targets[: MOST_SERIES - 1]
    groups: dict[str, list[tuple[float, Reading]]] = {}
    for one in known:
        place = place_of(one.entry.made_at, one.entry.commit)
        if place is not None:
            name = one.entry.target if one.entry.target in own else "other targets"
            groups.setdefault(name, []).append((place, one))
    lines: list[Series] = []
    for (name, found), colour in zip(groups.items(), COLOURS, strict=False):
        key = f"target-{len(lines)}"
        drawn.frames[key] = {
            "at": [place for place, _ in found],
            "value": [one.value for _, one in found],
            "is_doubtful": [one.entry.verdict != "valid" for _, one in found],
            "words": [_words(one.entry) for _, one in found],
            "link": [f"/runs/{quote(one.entry.name)}" for _, one in found],
        }
        lines.append(
            Series(
                name=show.shortened(show.printable(name), 60),
                frame=key,
                x="at",
                y="value",
                hollow="is_doubtful",
                words="words",
                link="link",
                look="line" if is_line else "points",
                marker="circle",
                colour=colour,
            )
        )
    return lines


def _words(entry: Entry) -> str:
    words = [entry.made_at[:19].replace("T", " "), entry.commit[:10], entry.verdict]
    return show.printable(" · ".join(filter(None, words)))


def _verdicts(judged: Sequence[Judged], by: str, place_of: Place, drawn: Drawn) -> list[Series]:
    """Return the comparisons that have a place on the chart, those of each verdict in its colour."""
    placed = [(place_of(one.verdict.made_at, one.verdict.head.commit or ""), one) for one in judged]
    if by == "commit":
        placed = [(place, one) for place, one in placed if one.verdict.head.commit]
    lines = []
    for outcome, colour in OUTCOMES.items():
        own = [(at, one) for at, one in placed if at is not None and one.verdict.verdict == outcome]
        if own:
            key = f"verdict-{outcome.replace(' ', '-')}"
            drawn.frames[key] = {
                "at": [place for place, _ in own],
                "sign": [effects.SIGNS[outcome]] * len(own),
                "words": [
                    f"{one.verdict.command} · {one.head_words} · {one.verdict.made_at}" for _, one in own
                ],
                "link": [f"/runs/{quote(one.name)}" if one.name else None for _, one in own],
            }
            lines.append(
                Series(
                    name=outcome,
                    frame=key,
                    x="at",
                    y="sign",
                    words="words",
                    link="link",
                    look="signs",
                    colour=colour,
                )
            )
    return lines
