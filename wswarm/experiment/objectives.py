"""What can be foreseen of a plan's objectives: which figure its sample will be too small for, and what to do."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

import msgspec

from wswarm.errors import PlanError
from wswarm.load.plan import Plan
from wswarm.load.stages import OF_RATES, offered_until, rows_of
from wswarm.stats import figures
from wswarm.stats.histogram import is_supported, values_needed
from wswarm.stats.slo import is_about, parse_objective

_LOWER = (99.9, 99, 95, 90, 50)
_OF_HANDSHAKES = ("handshake_time", "tcp_time", "tls_time", "upgrade_time")
_OF_BROADCASTS = ("first_delivery", "median_delivery", "completion_time", "spread")


class Sample(NamedTuple):
    """How many values a figure will be drawn from at most, what they are, and how many each `unit` of load gives."""

    n: int
    noun: str
    each: float
    option: str


def foreseen(plan: Plan) -> list[str]:
    """Return a line for each objective that the plan's run can't meet, as it will not have the figure."""
    return [line for expression in plan.slo if (line := _doubt(plan, expression)) is not None]


def shared_out(plans: Sequence[Plan], expressions: Sequence[str]) -> list[Plan]:
    """Return the plans of a suite with their objectives.

    An objective is held against the scenarios that can have its figure: those that have it at all, and whose sample
    will be large enough; if none's will, against all that have it at all.

    Raises:
        PlanError: an objective can't be read, or is about none of them.
    """
    chosen: list[list[str]] = [[] for _ in plans]
    for expression in expressions:
        about = [number for number, plan in enumerate(plans) if is_about(expression, plan.scenario)]
        if not about:
            names = ", ".join(plan.scenario for plan in plans)
            raise PlanError(f"--slo {expression!r}: no run of {names} has such a figure")
        able = [number for number in about if _small(plans[number], expression) is None]
        for number in able or about:
            chosen[number].append(expression)
    return [msgspec.structs.replace(plan, slo=tuple(own)) for plan, own in zip(plans, chosen, strict=True)]


def not_held(plans: Sequence[Plan], expressions: Sequence[str]) -> list[str]:
    """Return a line for each objective that a scenario has at all and is yet not held to."""
    return [
        f"--slo {expression!r} is not held against {plan.scenario}: {small}"
        for expression in expressions
        for plan in plans
        if expression not in plan.slo and is_about(expression, plan.scenario)
        if (small := _small(plan, expression)) is not None
    ]


def _doubt(plan: Plan, expression: str) -> str | None:
    if not is_about(expression, plan.scenario):
        return f"--slo {expression!r} can't be met: a run of {plan.scenario} has no such figure"
    if plan.rooms == 1 and figures.names(parse_objective(expression).path)[0] == "rooms":
        return f"--slo {expression!r} can't be met: a run in one room has no such figure: use --rooms"
    parts = figures.names(parse_objective(expression).path)
    if parts[0] == "stages" and (missing := _missing_stage(plan, int(parts[1]))) is not None:
        return f"--slo {expression!r} can't be met: {missing}"
    small = _small(plan, expression)
    if small is None:
        return None
    return f"--slo {expression!r} can't be met: {small}; {_mend(plan, expression)}"


def _missing_stage(plan: Plan, row: int) -> str | None:
    """Return in words that the plan has no such row of stages, `None` if it has."""
    rows = len(rows_of(plan.stages))
    if not rows:
        return "a run without stages has no such figure: use --stages"
    if row >= rows:
        return (
            f"rows of stages count from 0, jumps have none, and this plan has {rows}: use stages.{rows - 1}"
        )
    return None


def _small(plan: Plan, expression: str) -> str | None:
    """Return in words that the sample will be too small for the objective's percentile, `None` if it won't be."""
    percent, sample = _sample(plan, expression)
    if percent is None or sample is None or is_supported(sample.n, percent):
        return None
    needed = values_needed(percent)
    return f"p{percent:g} needs {needed:,} {sample.noun}, and this plan has {sample.n:,}"


def _mend(plan: Plan, expression: str) -> str:
    percent, sample = _sample(plan, expression)
    assert percent is not None and sample is not None  # noqa: PT018 - of an objective that `_small` spoke of
    figure = figures.full_path(parse_objective(expression).path, plan.scenario).rpartition(".")[0]
    there = [one for one in _LOWER if figures.is_number(f"{figure}.p{one:g}".replace("99.9", "99_9"))]
    lower = next((one for one in there if one < percent and is_supported(sample.n, one)), None)
    if sample.option == "--stages":
        return "make the stage longer, or its rate higher"
    least = ceil(values_needed(percent) / sample.each)
    value = f"{least}s" if sample.option == "-d" else str(least)
    return f"use {sample.option} {value}" + (f", or set it on p{lower:g}" if lower is not None else "")


def _sample(plan: Plan, expression: str) -> tuple[float | None, Sample | None]:
    """Return which percentile the objective is on and of how many values it will be; unknown ones are `None`."""
    path = figures.full_path(parse_objective(expression).path, plan.scenario)
    return figures.percent_of(path), _sample_of(plan, figures.names(path)[:-1])


def _sample_of_handshakes(plan: Plan) -> Sample | None:
    if plan.scenario == "churn" and plan.sessions is not None:
        begun = plan.expected_at_once + plan.sessions * (plan.warmup + plan.duration)
        return Sample(round(begun), "handshakes", plan.sessions, "-d")
    if plan.scenario == "connect" and plan.stages:
        return None
    return Sample(plan.sockets, "handshakes", 1, "-c")


def _sample_of_stage(plan: Plan, row: int) -> Sample | None:
    if row >= len(rows_of(plan.stages)):
        return None
    begin_ns, end_ns = rows_of(plan.stages)[row]
    sends = round(offered_until(plan.stages, end_ns) - offered_until(plan.stages, begin_ns))
    each = plan.connections // plan.rooms if plan.scenario == "fanout" else 1
    return Sample(sends * each, "of its messages", 1, "--stages")


def _sample_of(plan: Plan, names: tuple[str, ...]) -> Sample | None:
    if names[:1] == ("connections",) and names[-1] in _OF_HANDSHAKES:
        return _sample_of_handshakes(plan)
    if names[0] == "stages" and plan.scenario in OF_RATES:
        return _sample_of_stage(plan, int(names[1]))
    if plan.rate is None or plan.scenario == "connect":
        return None
    sends, rate = round(plan.rate * plan.duration), plan.rate
    if names[0] == "send_lag":
        return Sample(sends, "messages", rate, "-d")
    if names[0] == "publish":
        return Sample(sends, "requests", rate, "-d")
    if plan.scenario == "echo" and names[0] in ("response_time", "service_time"):
        return Sample(sends, "replies", rate, "-d")
    if names[-1] in _OF_BROADCASTS:
        return Sample(sends, "broadcasts", rate, "-d")
    audience = plan.expected_at_once / plan.rooms
    if names[-1] == "delivery_time":
        return Sample(round(sends * audience), "deliveries", rate * audience, "-d")
    if names[:2] == ("rooms", "worst"):
        each = rate * audience / plan.rooms
        return Sample(round(each * plan.duration), "deliveries in a room", each, "-d")
    return None
