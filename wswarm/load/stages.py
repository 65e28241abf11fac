"""Stages: a load that is led from one value to the next, each reached linearly."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from math import isfinite
from typing import Any

from wswarm.errors import PlanError
from wswarm.load.belonging import SESSIONS_LIMIT
from wswarm.load.settings import Settings
from wswarm.units import NS_PER_S, parse_count, parse_rate, parse_stages

Stages = Sequence[tuple[float, float]]

OF_RATES = ("echo", "fanout")
_PAIRS = "pairs of s and what is reached by then, such as (30, 1000)"
STAGES_LIMIT = 1_000  # each has figures of its own in every agent


def spans_of(stages: Stages) -> list[tuple[int, float]]:
    """Return the stages with their lengths in ns."""
    return [(round(length_s * NS_PER_S), value) for length_s, value in stages]


def length_of(stages: Stages) -> float:
    """Return how long the stages last together, s."""
    return sum(length_ns for length_ns, _ in spans_of(stages)) / NS_PER_S


def rows_of(stages: Stages) -> list[tuple[int, int]]:
    """Return when each stage that lasts begins and ends, ns since the hold began."""
    ends_ns = [0, *accumulate(length_ns for length_ns, _ in spans_of(stages))]
    return [(begin, end) for begin, end in pairwise(ends_ns) if end > begin]


def ends_ns(stages: Stages, begin_ns: int) -> list[int]:
    """Return when each stage that lasts ends, if the first begins then."""
    return [begin_ns + end for _, end in rows_of(stages)]


def first_value(stages: Stages) -> float:
    """Return the value that the hold begins with: 0, unless stages of no length lead it elsewhere."""
    first = 0.0
    for length_ns, value in spans_of(stages):
        if length_ns:
            break
        first = value
    return first


def mean_rate(stages: Stages, held_s: float) -> float:
    """Return the messages per s that the stages offer in the first so many s, on the average."""
    return offered_until(stages, round(held_s * NS_PER_S)) / held_s


def offered_until(stages: Stages, moment_ns: int) -> float:
    """Return how many messages the stages offer until so long after the hold began: the area under the rate."""
    offered = before = 0.0
    left_s = moment_ns / NS_PER_S
    for length_s, value in stages:
        part_s = min(length_s, left_s)
        reached = before + (value - before) * part_s / length_s if length_s > 0 else value
        offered += (before + reached) / 2 * part_s
        before, left_s = value, left_s - part_s
    return offered


def with_stages(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan's settings with what its stages say of the others; a text is read as on the command line.

    Raises:
        PlanError: a stage can't be, or another setting says something else.
    """
    stages = given.get("stages")
    if isinstance(stages, str):
        stages = _read(stages, given["scenario"])
    if not stages:
        return dict(given)
    if not isinstance(stages, Iterable):
        raise PlanError(f"--stages: {stages!r} is no list of stages: give {_PAIRS}")
    stages = tuple(stages)
    _check_values(stages)
    length_s = length_of(stages)
    if "duration" in given:
        raise PlanError(
            f"--duration {float(given['duration']):g}s beside --stages: the hold is the sum of the stages,"
            f" {length_s:g}s; leave out --duration"
        )
    if given["scenario"] == "connect" and "connect_rate" in given:
        raise PlanError(
            f"--connect-rate {given['connect_rate']:g}/s beside --stages, which say when each comes: leave it out"
        )
    found = {**given, "stages": tuple(tuple(map(float, stage)) for stage in stages), "duration": length_s}
    if given["scenario"] == "connect" and "connections" not in given:
        check_connections(stages)
        found["connections"] = most_of(stages)
    if not first_value(stages):
        found.setdefault("warmup", 0.0)  # which would send nothing
    return found


def check_stages(plan: Settings) -> None:
    """Check that the plan's stages are a load that it can have.

    Raises:
        PlanError: they are not.
    """
    stages = plan.stages
    if not stages:
        return
    _check_values(stages)
    if plan.scenario not in (*OF_RATES, "connect"):
        raise PlanError(
            f"--stages {shown(stages)} belongs to echo, fanout and connect: leave it out of {plan.scenario}"
        )
    if abs(plan.duration - length_of(stages)) > 1e-6:
        raise PlanError(
            f"--duration {plan.duration:g}s beside --stages: the hold is the sum of the stages,"
            f" {length_of(stages):g}s; leave out --duration"
        )
    if plan.scenario in OF_RATES:
        _check_rates(plan)
    elif plan.connections != most_of(stages):
        raise PlanError(
            f"--connections {plan.connections} beside --stages, which say how many there are: leave out --connections"
        )


def shown(stages: Stages) -> str:
    """Return the stages as on the command line."""
    return ",".join(f"{length_s:g}s:{value:g}" for length_s, value in stages)


def comers_of(stages: Stages) -> int:
    """Return how many connections come in all."""
    values = [0.0, *(value for _, value in stages)]
    return int(sum(max(after - before, 0.0) for before, after in pairwise(values)))


def most_of(stages: Stages) -> int:
    """Return how many connections there are at most."""
    return int(max((value for _, value in stages), default=0))


def check_connections(stages: Stages) -> None:
    """Check that the stages are whole connections, some of them, and not too many to be kept account of.

    Raises:
        PlanError: they are not.
    """
    for length_s, value in stages:
        if value != int(value):
            raise PlanError(
                f"--stages: {value:g} connections after {length_s:g}s are not a whole number: write {round(value)}"
            )
    if not most_of(stages):
        raise PlanError("--stages has no stage with connections: give one some, as in 30s:1k")
    comers = comers_of(stages)
    if comers > SESSIONS_LIMIT:
        raise PlanError(
            f"--stages opens {comers:,} connections in all, more than {SESSIONS_LIMIT:,}: let fewer come anew"
        )


def _read(text: str, scenario: str) -> tuple[tuple[float, float], ...]:
    try:
        return parse_stages(text, parse_count if scenario == "connect" else parse_rate)
    except PlanError as error:
        raise PlanError(f"--stages {error}") from None


def _check_values(stages: Any) -> None:
    """Check that these are stages, of which at least one lasts."""
    for stage in stages:
        try:
            length_s, value = map(float, stage)
        except (TypeError, ValueError):
            raise PlanError(f"--stages: {stage!r} is no stage: give {_PAIRS}") from None
        for number, what in ((length_s, "time"), (value, "value")):
            if not (isfinite(number) and number >= 0):
                raise PlanError(
                    f"--stages: the {what} {number:g} of stage {stage!r} must be a number from 0 on"
                )
    if not rows_of(stages):
        raise PlanError(
            f"--stages {shown(stages)} lasts no time: add a stage that does, such as 30s:{stages[-1][1] or 1_000:g}"
        )
    if len(stages) > STAGES_LIMIT:
        raise PlanError(f"--stages: {len(stages):,} are more than {STAGES_LIMIT:,}: use fewer, longer ones")


def _check_rates(plan: Settings) -> None:
    if plan.rate is not None:
        raise PlanError(
            f"--rate {plan.rate:g}/s beside --stages, which say the rate: leave out --rate, or begin with stage"
            f" 0s:{plan.rate:g}/s"
        )
    if plan.closed:
        raise PlanError(
            "--closed beside --stages: sends that wait for replies can't keep the rates of stages; leave out one of"
            " them"
        )
    if round(mean_rate(plan.stages, plan.duration) * plan.duration) < 1:
        raise PlanError(
            f"--stages {shown(plan.stages)} gives no message: raise a rate, or make a stage longer"
        )
