"""Service-level objectives: `p99<50ms`, `lost==0`, `fanout.completion_time.p99<=200ms`.

A part of a path that is no plain name goes in double quotes: `connections.failures."http 403"<=3`. A reason that
never occurred occurred zero times, if there was anything to which it could have. Met, missed and not measurable are
three things; the last is not met either.
"""

import operator
import re
from collections.abc import Callable
from math import isnan
from typing import NamedTuple

from wswarm.errors import PlanError
from wswarm.results.run import Room, Run, Scenario, SloResult
from wswarm.results.scenario import BROADCASTS
from wswarm.stats import figures
from wswarm.stats.figures import Kind, full_path
from wswarm.stats.grounds import why_groundless
from wswarm.stats.histogram import is_supported, values_needed
from wswarm.units import parse_count, parse_duration, parse_rate, parse_size

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_EXPRESSION = re.compile(r'\s*([A-Za-z]\w*(?:\.(?:\w+|"[^"]+"))*)\s*(<=|>=|==|!=|<|>)\s*(\S+)\s*')
_DECIMAL = re.compile(r"\d+(\.\d+)?")
_LIMITS: dict[Kind, tuple[tuple[Callable[[str], float], ...], str]] = {
    "time": ((parse_duration,), "a duration such as 50ms"),
    "rate": ((float, parse_rate), "a rate such as 2k/s"),
    "size": ((float, parse_size), "a size such as 64KiB"),
    "count": ((float, parse_count), "a count"),
    "number": ((float, parse_duration), "a number or a duration such as 50ms"),
}
_ONLY: dict[str, tuple[Scenario, ...]] = {
    "messages": ("echo", *BROADCASTS, "script", "replay"),
    "rates": ("echo", *BROADCASTS, "script", "replay"),
    "send_lag": ("echo", *BROADCASTS, "script", "replay"),
    "response_time": ("echo",),
    "service_time": ("echo",),
    "fanout": (*BROADCASTS, "script"),
    "rooms": BROADCASTS,
    "publish": BROADCASTS,
    "sessions": ("script", "replay"),
    "steps": ("script", "replay"),
    "recovery": ("storm",),
    "penalty": ("slow",),
    "population": ("churn",),
    "stages": ("connect", "echo", "fanout"),
}

_OF_ALL_DROPPED = (
    "recovery.time.",
    "recovery.ready_time.",
)  # no samples, so percentiles need no more of them

# What a failed handshake may be counted under, up to a colon; while any failed for another reason nobody can say
# under which name a failure of the wanted kind was counted.
DOCUMENTED = re.compile(
    r"http \d+|no http answer(?:: HTTP/2)?|timeout|reset|refused|redirect.*|bad upgrade.*|tls.*"
    r"|network unreachable|host unreachable|no free local port|too many open files here|.*too large"
)


class Objective(NamedTuple):
    """One parsed expression; `limit` is in the run file's unit (s, bytes, counts, per s)."""

    expression: str
    path: str
    operator: str
    limit: float


def parse_objective(expression: str) -> Objective:
    """Return the objective that the expression states.

    Raises:
        PlanError: it is not `FIGURE OPERATOR VALUE`, no run file has such a figure, or a time has no unit.
    """
    path, sign, value = parts_of(expression)
    full = full_path(path, "echo")
    if not figures.is_number(full):
        close = " or ".join(figures.close_to(path)) or "p99, lost or rates.achieved"
        raise PlanError(f"--slo {expression!r}: a run file has no number {path!r}: did you mean {close}?")
    kind = figures.kind_of(full)
    if kind == "time" and _DECIMAL.fullmatch(value):
        if float(value) == 0:
            return Objective(expression, path, sign, 0.0)
        raise PlanError(
            f"--slo {expression!r}: a time needs a unit: write {path}{sign}{value}ms or {path}{sign}{value}s"
        )
    return Objective(expression, path, sign, read_limit(expression, value, kind))


def parts_of(expression: str) -> tuple[str, str, str]:
    """Return figure, operator and value of an objective.

    Raises:
        PlanError: it is not `FIGURE OPERATOR VALUE`.
    """
    match = _EXPRESSION.fullmatch(expression)
    if match is None:
        raise PlanError(
            f"--slo {expression!r} is not an objective: write p99<50ms, lost==0 or rates.achieved>=950;"
            ' what is no plain name goes in double quotes: connections.failures."http 403"<=3'
        )
    return match[1], match[2], match[3]


def read_limit(expression: str, value: str, kind: Kind) -> float:
    """Return the value in the unit of the kind of figure that the expression limits.

    Raises:
        PlanError: it is none.
    """
    parsers, wanted = _LIMITS[kind]
    for read in parsers:
        try:
            limit = float(read(value))
        except (PlanError, ValueError):
            continue
        if not isnan(limit):
            return limit
    raise PlanError(f"--slo {expression!r}: {value!r} is not {wanted}")


def check(run: Run, expressions: tuple[str, ...]) -> list[SloResult]:
    """Return each objective with its value in the run; a figure that the run lacks is not met, and why it lacks it.

    Raises:
        PlanError: an expression can't be read, or names no figure of a run file.
    """
    return [_check_one(run, parse_objective(expression)) for expression in expressions]


def is_about(expression: str, scenario: Scenario) -> bool:
    """Return whether a run of the scenario can have the figure: one of `connect` never sends, so never loses.

    Raises:
        PlanError: the expression can't be read, or names no figure of a run file.
    """
    full = full_path(parse_objective(expression).path, scenario)
    return scenario in _ONLY.get(full.partition(".")[0], (scenario,))


def kind_of(expression: str) -> Kind:
    """Return what kind of number the expression limits; of one that can't be read, `number`."""
    match = _EXPRESSION.fullmatch(expression)
    full = full_path(match[1], "echo") if match is not None else ""
    return figures.kind_of(full) if figures.is_number(full) else "number"


def _check_one(run: Run, objective: Objective) -> SloResult:
    path = full_path(objective.path, run.scenario)
    why = _ambiguous(run, path) or why_groundless(run, path)
    value = figures.value_of(run, path) if why is None else None
    if value is not None and not isinstance(value, int | float):
        raise PlanError(f"--slo {objective.expression!r}: {path!r} is not a number")
    met = value is not None and OPERATORS[objective.operator](value, objective.limit)
    if value is None and why is None:
        why = _lacking(run, path)
    return SloResult(expression=objective.expression, value=value, met=met, why=why)


def _ambiguous(run: Run, path: str) -> str | None:
    """Return why what is counted under one name can't be told from the others, `None` if it can."""
    if figures.names(path)[:-1] == ("connections", "close_reasons"):
        reasons = run.connections.close_reasons
        is_hidden = "other" in reasons and figures.names(path)[-1] not in reasons
        return "it may be among the reasons that are counted as other" if is_hidden else None
    if figures.names(path)[:-1] != ("connections", "failures"):
        return None
    other = [reason for reason in run.connections.failures if not DOCUMENTED.fullmatch(reason)]
    if not other or figures.names(path)[-1] in other:
        return None
    return f"handshakes failed for a reason that is none of the documented ones: {other[0]}"


def _lacking(run: Run, path: str) -> str:
    """Return why the run has no such figure."""
    seen, percent = figures.distribution_of(run, path), figures.percent_of(path)
    if path.startswith(_OF_ALL_DROPPED) and run.recovery is not None and run.recovery.never:
        return f"{run.recovery.never:,} of {run.recovery.dropped:,} dropped clients never came back"
    if seen is not None and seen.n == 0:
        return "nothing was measured"
    if seen is not None and percent is not None:
        if not is_supported(seen.n, percent):
            return f"n too small: needs {values_needed(percent):,}, had {seen.n:,}"
        if run.clock_error is not None:
            return "less than the clocks of two machines can tell"
    room = figures.value_of(run, path.rpartition(".")[0])
    if isinstance(room, Room) and percent is not None and room.received < values_needed(percent):
        return f"n too small: needs {values_needed(percent):,}, had {room.received:,}"
    if path.startswith("target."):
        return "the target's process is not known"
    return "no such figure in this run"
