"""Objectives of a search's answer, as in `capacity.value>=2000`; the others are of each trial."""

from wswarm.errors import PlanError
from wswarm.results.capacity import Capacity, Unit
from wswarm.results.run import SloResult
from wswarm.stats.figures import Kind
from wswarm.stats.slo import OPERATORS, Objective, parts_of, read_limit

_PREFIX = "capacity."
FIGURES = ("value", "interval.0", "interval.1", "carried", "failed", "delivered")


def is_of_answer(expression: str) -> bool:
    """Return whether it is about a search's answer, rather than about each of its trials."""
    return expression.lstrip().startswith(_PREFIX)


def parse_answer_objective(expression: str, unit: Unit) -> Objective:
    """Return the objective that the expression states; its limit is in the unit of the capacity.

    Raises:
        PlanError: it is not `FIGURE OPERATOR VALUE`, or a search has no such figure.
    """
    path, sign, value = parts_of(expression)
    if path.removeprefix(_PREFIX) not in FIGURES:
        names = ", ".join(f"{_PREFIX}{name}" for name in FIGURES)
        raise PlanError(f"--slo {expression!r}: a capacity has no figure {path!r}: choose of {names}")
    kind: Kind = "count" if unit == "connections" else "rate"
    return Objective(expression, path, sign, read_limit(expression, value, kind))


def check_answer(capacity: Capacity, expressions: tuple[str, ...]) -> list[SloResult]:
    """Return each objective with its value; a figure that the search lacks is not met, and why it lacks it.

    Of a lower bound no more is known than that the capacity is as high: it meets what it is high enough for, and
    misses nothing.
    """
    return [_check(capacity, parse_answer_objective(one, capacity.unit)) for one in expressions]


def _check(capacity: Capacity, objective: Objective) -> SloResult:
    name = objective.path.removeprefix(_PREFIX)
    low, high = capacity.interval
    value = {"interval.0": low, "interval.1": high}.get(name) if "." in name else getattr(capacity, name)
    if value is None:
        return _unknown(objective, f"the search has no {_PREFIX}{name}")
    met = OPERATORS[objective.operator](value, objective.limit)
    if high is None and name in ("value", "interval.0") and not (met and objective.operator in (">=", ">")):
        return _unknown(objective, f"all that is known is that it is at least {value:,.6g}")
    return SloResult(expression=objective.expression, value=value, met=met)


def _unknown(objective: Objective, why: str) -> SloResult:
    return SloResult(expression=objective.expression, value=None, met=False, why=why)
