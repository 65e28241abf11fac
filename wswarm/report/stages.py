"""How stages are shown: what was asked for in each, and what became of it."""

from collections.abc import Sequence
from typing import Any

from wswarm.report import format as show
from wswarm.report.section import Section, Table
from wswarm.results.run import Run, Stage

COLUMNS = ("offered", "sent", "received", "p50", "p99", "back after")
_OF_CONNECTIONS = ("came", "begun", "opened", "p50", "p99", "back after")
_NOTES = (
    "a message belongs to the stage in which it was due, whatever the stage inherited",
    "back after: from the stage's end to the first second whose p99 is within a fifth of that before it",
    "that a stage went well is no proof that its rate can be carried for long",
)
_NOTES_OF_CONNECTIONS = (
    "a connection belongs to the stage in which it was due to come; times are those of its handshake",
    "back after: from the stage's end to the first second whose p99 is within a fifth of that before it",
)


def section(run: Run) -> Section | None:
    """Return what became of each stage; `None` for a load without."""
    if not run.stages:
        return None
    ramps = ramps_of(run.plan.get("stages") or ())
    rows = tuple(
        (_label(run, one, *ramps[place]), *_cells(run.stages, place)) for place, one in enumerate(run.stages)
    )
    if run.scenario == "connect":
        return Section("Stages", table=Table(_OF_CONNECTIONS, rows), notes=_NOTES_OF_CONNECTIONS)
    return Section("Stages", table=Table(COLUMNS, rows), notes=_NOTES)


def ramps_of(stages: Sequence[Any]) -> list[tuple[float, float]]:
    """Return the rates at the beginning and at the end of each stage that lasts."""
    found = []
    before = 0.0
    for length_s, value in stages:
        if length_s > 0:
            found.append((before, float(value)))
        before = float(value)
    return found


def listed(stages: Sequence[Any], unit: str = "/s") -> str:
    """Return the stages as on the command line."""
    return ",".join(f"{length_s:g}s:{value:g}{unit}" for length_s, value in stages)


def phrases(run: Run) -> list[str]:
    """Return in a few words which rates were asked for; nothing without stages."""
    stages = run.plan.get("stages") or ()
    if stages and run.scenario == "connect":
        return [
            f"{show.plural(len(ramps_of(stages)), 'stage')} up to {_value(run, max(one for _, one in stages))}"
        ]
    if not stages or run.rates is None:
        return []
    greatest = max(value for _, value in stages)
    mean = f", {show.rate(run.rates.offered)} on average" if run.rates.offered is not None else ""
    return [f"{show.plural(len(ramps_of(stages)), 'stage')} up to {show.rate(greatest)}{mean}"]


def _label(run: Run, stage: Stage, first: float, last: float) -> str:
    value = _value(run, last) if first == last else f"{show.number(first)}→{_value(run, last)}"
    return f"{show.number(stage.from_s)}–{show.number(stage.to_s)} s: {value}"


def _value(run: Run, value: float) -> str:
    """Return a rate, or how many connections there are."""
    return show.number(value) if run.scenario == "connect" else show.rate(value)


def _cells(stages: Sequence[Stage], place: int) -> tuple[str, ...]:
    one = stages[place]
    return (
        *(show.count(value) for value in (one.offered, one.sent, one.received)),
        *(show.percentile(value) if one.received else show.UNKNOWN for value in (one.p50, one.p99)),
        _back(stages, place),
    )


def _back(stages: Sequence[Stage], place: int) -> str:
    """Return how long after the stage p99 was back; a dash where there was no before or no after."""
    back_s = stages[place].back_after_s
    if back_s is not None:
        return "at once" if back_s == 0 else f"{show.number(back_s)} s"
    has_before = any(one.p99 is not None for one in stages[:place])
    return "not back" if has_before and any(one.received for one in stages[place + 1 :]) else show.UNKNOWN
