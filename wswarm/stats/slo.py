"""Service-level objectives: `p99<50ms`, `lost==0`, `fanout.completion_time.p99<=0.2`.

A part of a path that is no plain name goes in double quotes: `connections.failures."http 403"<=3`. A reason that
never occurred occurred zero times.
"""

import operator
import re
from collections.abc import Callable
from math import isnan
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from wswarm.errors import PlanError
from wswarm.run import Run, Scenario, SloResult
from wswarm.units import parse_count, parse_duration, parse_rate, parse_size

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_EXPRESSION = re.compile(r'\s*([A-Za-z]\w*(?:\.(?:\w+|"[^"]+"))*)\s*(<=|>=|==|!=|<|>)\s*(\S+)\s*')
_PART = re.compile(r'"([^"]+)"|(\w+)')
_QUOTED = re.compile(r'"[^"]+"')
_PERCENTILE = re.compile(r"p\d+(_\d+|\.\d+)?")
_COUNTS = {
    ("connections", "failures"),
    ("connections", "closes"),
    ("connections", "close_reasons"),
}  # of what there was: what is absent is 0
_REASONS, _OTHER = ("connections", "close_reasons"), "other"  # what is absent may be among the others
_ONLY: dict[str, tuple[Scenario, ...]] = {
    "messages": ("echo", "fanout"),
    "rates": ("echo", "fanout"),
    "send_lag": ("echo", "fanout"),
    "response_time": ("echo",),
    "service_time": ("echo",),
    "fanout": ("fanout",),
}
_TIMES = {
    "connect": "connections.handshake_time",
    "echo": "response_time",
    "fanout": "fanout.delivery_time",
}


class Objective(NamedTuple):
    """One parsed expression; `limit` is in the run file's unit (s, bytes, counts, per s)."""

    expression: str
    path: str
    operator: str
    limit: float


def parse_objective(expression: str) -> Objective:
    """Return the objective that the expression states.

    Raises:
        PlanError: it is not `FIGURE OPERATOR VALUE`, or no run file has such a figure.
    """
    match = _EXPRESSION.fullmatch(expression)
    if match is None:
        raise PlanError(
            f"--slo {expression!r} is not an objective: write p99<50ms, lost==0 or rates.achieved>=950;"
            ' what is no plain name goes in double quotes: connections.failures."http 403"<=3'
        )
    path, sign, value = match.groups()
    full = full_path(path, "echo")
    if not _can_be_number(full):
        raise PlanError(f"--slo {expression!r}: a run file has no number {path!r}; see docs/run.schema.json")
    return Objective(expression, path, sign, _limit(expression, full, value))


def check(run: Run, expressions: tuple[str, ...]) -> list[SloResult]:
    """Return each objective with its value in the run; a figure that the run lacks is not met.

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


def full_path(path: str, scenario: Scenario) -> str:
    """Return the dotted path that a short name stands for: `p99` and `lost`."""
    if _PERCENTILE.fullmatch(path):
        return f"{_TIMES[scenario]}.{path.replace('.', '_')}"
    return {"lost": "messages.lost"}.get(path, path)


def _check_one(run: Run, objective: Objective) -> SloResult:
    value = _value(run, full_path(objective.path, run.scenario), objective)
    met = value is not None and _OPERATORS[objective.operator](value, objective.limit)
    return SloResult(expression=objective.expression, value=value, met=met)


def _value(run: Run, path: str, objective: Objective) -> float | None:
    figure: Any = run
    names = _names(path)
    for name in names:
        if figure is None:
            return None
        if isinstance(figure, dict):
            is_zero = names[:-1] in _COUNTS and not (names[:-1] == _REASONS and _OTHER in figure)
            figure = figure.get(name, 0 if is_zero else None)
        elif isinstance(figure, msgspec.Struct) and name in figure.__struct_fields__:
            figure = getattr(figure, name)
        else:
            raise PlanError(f"--slo {objective.expression!r}: a run file has no figure {path!r}")
    if isinstance(figure, msgspec.Struct) and path == "messages.lost":
        return float(sum(getattr(figure, field) for field in figure.__struct_fields__))
    if figure is not None and not isinstance(figure, int | float):
        raise PlanError(f"--slo {objective.expression!r}: {path!r} is not a number")
    return figure


def _names(path: str) -> tuple[str, ...]:
    return tuple(quoted or plain for quoted, plain in _PART.findall(path))


def _can_be_number(path: str) -> bool:
    return path == "messages.lost" or bool(
        _kinds(path) & {inspect.IntType, inspect.FloatType, inspect.AnyType}
    )


def _kinds(path: str) -> set[type[inspect.Type]]:
    """Return what kinds of value a run file can hold at the path."""
    kinds: list[inspect.Type] = [inspect.type_info(Run)]
    for name in _names(path):
        kinds = [inner for kind in kinds for inner in _inside(kind, name)]
    return {type(kind) for kind in kinds}


def _inside(kind: inspect.Type, name: str) -> list[inspect.Type]:
    """Return what the part of that name can be."""
    if isinstance(kind, inspect.DictType):
        inner = [kind.value_type]
    elif isinstance(kind, inspect.StructType):
        inner = [field.type for field in kind.fields if field.name == name]
    else:
        inner = []
    return [
        option for one in inner for option in (one.types if isinstance(one, inspect.UnionType) else (one,))
    ]


def _limit(expression: str, path: str, value: str) -> float:
    """Return the value in the run file's unit, which is that of the figure: a rate, a size, a count or a time."""
    kinds = {"rates.": (parse_rate, "a rate such as 2k/s"), "rss": (parse_size, "a size such as 64KiB")}
    parse, kind = next((found for part, found in kinds.items() if part in _QUOTED.sub("", path)), (None, ""))
    if parse is None:
        is_count = inspect.IntType in _kinds(path) or path == "messages.lost"
        parse, kind = (
            (parse_count, "a count") if is_count else (parse_duration, "a number or a duration such as 50ms")
        )
    for read in (float, parse):
        try:
            limit = float(read(value))
        except (PlanError, ValueError):
            continue
        if not isnan(limit):
            return limit
    raise PlanError(f"--slo {expression!r}: {value!r} is not {kind}")
