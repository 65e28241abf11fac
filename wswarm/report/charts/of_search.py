"""Which charts a search for a capacity has: times over the load, the trials in turn, what each round believed."""

from collections.abc import Sequence

from wswarm.report.capacity import words
from wswarm.report.charts.chart import (
    COLOURS,
    Axis,
    Chart,
    Colour,
    Drawn,
    Frame,
    Mark,
    Marker,
    Series,
    span_axis,
    time_axis,
)
from wswarm.results.capacity import UNITS, Capacity, CapacityScenario, RoundFound, Search, Trial

OUTCOMES: dict[bool | None, tuple[str, Marker]] = {
    True: ("carried", "circle"),
    False: ("too much", "cross"),
    None: ("says nothing", "dot"),
}
_TRIED: dict[bool | None, Colour] = {True: "blue", False: "vermilion", None: "grey"}
_LEVELS: tuple[tuple[str, Colour], ...] = (("p50", "blue"), ("p99", "vermilion"))
_FAR = 4.0  # times the lowest load: from there on an axis of loads is logarithmic


def drawn(search: Search) -> Drawn:
    """Return the charts of a search and their figures."""
    found = Drawn()
    add_trials(
        search.scenario, search.trials, found, _answer(search.capacity, "x"), _answer(search.capacity, "y")
    )
    _add_posterior(search, found)
    return found


def add_trials(
    scenario: CapacityScenario,
    trials: Sequence[Trial],
    drawn: Drawn,
    across: Sequence[Mark] = (),
    along: Sequence[Mark] = (),
) -> None:
    """Add the times of these trials over their loads, and the loads in the order in which they were tried.

    Args:
        across: What is marked on an axis of loads that lies; `along`: on one that stands.
    """
    loads = span_axis(f"load, {UNITS[scenario]}", "load", [one.load for one in trials], log_from=_FAR)
    _add_times(scenario, trials, drawn, loads, across)
    lines = _tried(trials, drawn)
    if lines:
        chart = Chart(
            name="trials",
            title="The loads that were tried",
            x=Axis(label="trial", kind="count", low=0.4, high=len(trials) + 0.6),
            y=loads,
            series=lines,
            phases=_rounds(trials),
            marks=along,
        )
        drawn.charts.append(chart)


def _tried(trials: Sequence[Trial], drawn: Drawn) -> list[Series]:
    lines = []
    for passed, (word, marker) in OUTCOMES.items():
        own = [(place, one) for place, one in enumerate(trials, 1) if one.passed is passed]
        if own:
            key = f"trials-{word.replace(' ', '-')}"
            drawn.frames[key] = {
                "trial": [place for place, _ in own],
                "load": [one.load for _, one in own],
                "why": [words.row(one)[-1] for _, one in own],
            }
            lines.append(
                Series(
                    name=word,
                    frame=key,
                    x="trial",
                    y="load",
                    words="why",
                    look="points",
                    marker=marker,
                    colour=_TRIED[passed],
                )
            )
    return lines


def _add_times(
    scenario: CapacityScenario, trials: Sequence[Trial], drawn: Drawn, loads: Axis, marks: Sequence[Mark]
) -> None:
    lines, frames, values = [], {}, []
    for name, colour in _LEVELS:
        for passed, (word, marker) in OUTCOMES.items():
            own = [one for one in trials if one.passed is passed and getattr(one, name) is not None]
            if own:
                key = f"{name}-{word.replace(' ', '-')}"
                frames[key] = _percentile(own, name)
                values += [value for column in ("value", "low", "high") for value in frames[key][column]]
                lines.append(
                    Series(
                        name=f"{name}, {word}",
                        frame=key,
                        x="load",
                        y="value",
                        low="low",
                        high="high",
                        look="points",
                        marker=marker,
                        colour=colour,
                    )
                )
    if lines:
        label = "handshake time" if scenario == "connect" else "response or delivery time"
        y = time_axis(label, values)
        chart = Chart(name="curve", title="Times over the load", x=loads, y=y, series=lines, marks=marks)
        drawn.add(chart, **frames)


def _percentile(trials: Sequence[Trial], name: str) -> Frame:
    ends = [getattr(one, f"{name}_interval") or (None, None) for one in trials]
    return {
        "load": [one.load for one in trials],
        "value": [getattr(one, name) for one in trials],
        "low": [low for low, _ in ends],
        "high": [high for _, high in ends],
    }


def _answer(found: Capacity, way: str) -> list[Mark]:
    """Return the answer and its interval, as an axis of loads has them."""
    low, high = found.interval
    line = Mark(way=way, at=found.value, name=f"capacity {words.figure(found.value)}", colour="ink")  # type: ignore[arg-type]
    if high is None or high <= low:
        return [line]
    name = f"{'bracket' if found.is_bracket else '95 %'}: {words.figure(low)} to {words.figure(high)}"
    return [Mark(way=way, at=low, until=high, name=name, colour="sky"), line]  # type: ignore[arg-type]


def _rounds(trials: Sequence[Trial]) -> list[tuple[str, float, float]]:
    """Return the bracket and the rounds, from which trial to which."""
    found: list[tuple[str, float, float]] = []
    for place, one in enumerate(trials, 1):
        name = "bracket" if one.round == 0 else f"round {one.round}"
        begin = found.pop()[1] if found and found[-1][0] == name else place - 0.5
        found.append((name, begin, place + 0.5))
    return found


def _add_posterior(search: Search, drawn: Drawn) -> None:
    known = [one for one in search.rounds if one.loads]
    if not known:
        return
    lines, marks = [], _answer(search.capacity, "x")
    for place, one in enumerate(known):
        colour = COLOURS[place % len(COLOURS)]
        name = f"round {one.round}"
        lines.append(
            Series(name=name, frame=_key(one), x="load", y="probability", look="line", colour=colour)
        )
        marks.append(
            Mark(
                way="x",
                at=one.value,
                name=f"{name}: {words.figure(one.value)}",
                colour=colour,
                is_dashed=True,
            )
        )
    chart = Chart(
        name="posterior",
        title="What each round believed in the end",
        x=span_axis(f"load, {search.capacity.unit}", "load", [load for one in known for load in one.loads]),
        y=Axis(label="probability", kind="share", low=0.0),
        series=lines,
        marks=marks,
    )
    drawn.add(chart, **{_key(one): {"load": one.loads, "probability": one.posterior} for one in known})


def _key(one: RoundFound) -> str:
    return f"posterior-{one.round}"
