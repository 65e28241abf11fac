"""Objectives of a search: those of each trial, which more load has to miss at last, and those of its answer."""

from collections.abc import Iterable
from typing import NamedTuple

from wswarm.errors import PlanError
from wswarm.results.capacity import UNITS, CapacityScenario
from wswarm.stats.capacity_slo import is_of_answer, parse_answer_objective
from wswarm.stats.slo import is_about, kind_of, parse_objective, parts_of

_EXAMPLES = {"time": "50ms", "size": "500MB", "count": "10", "number": "10"}


class Objectives(NamedTuple):
    """Those of each trial, and those of the answer, in the order they were given."""

    of_trials: tuple[str, ...]
    of_answer: tuple[str, ...]


def read_objectives(scenario: CapacityScenario, expressions: Iterable[str]) -> Objectives:
    """Return which objectives are of what.

    Raises:
        PlanError: one can't be read, or no load can be told by it.
    """
    found = Objectives(
        *(tuple(one for one in expressions if is_of_answer(one) == is_so) for is_so in (False, True))
    )
    for one in found.of_trials:
        if not is_about(one, scenario):
            raise PlanError(f"--slo {one!r} can't be met: a run of {scenario} has no such figure")
        _check_of_trial(one)
    for one in found.of_answer:
        _check_of_answer(one, scenario)
    return found


def _check_of_trial(expression: str) -> None:
    """Check that it is an upper limit, which some load keeps and more load does not."""
    path, sign, limit = parse_objective(expression)[1:]
    kind, given = kind_of(expression), parts_of(expression)[2]
    if kind == "rate":
        raise PlanError(
            f"--slo {expression!r}: the rate is what is searched for: leave it out, or ask for the answer: write"
            f" capacity.value>={given}"
        )
    is_upper = sign in ("<", "<=") or (kind == "count" and sign == "==" and limit == 0)
    if not is_upper:
        mend = f"{path}<={given}" if kind == "count" else f"{path}<{given if limit > 0 else _EXAMPLES[kind]}"
        raise PlanError(
            f"--slo {expression!r}: a search takes upper limits, which more load no longer keeps: write {mend}"
        )
    if limit < 0 or (limit == 0 and not (kind == "count" and sign != "<")):
        mend = f"{path}==0" if kind == "count" else f"{path}<{_EXAMPLES[kind]}"
        raise PlanError(f"--slo {expression!r}: nothing is below 0: write {mend}")


def _check_of_answer(expression: str, scenario: CapacityScenario) -> None:
    found = parse_answer_objective(expression, UNITS[scenario])
    if found.limit <= 0:
        raise PlanError(f"--slo {expression!r}: a capacity is above 0: write {found.path}>=100")
    if found.operator in ("==", "!=") and scenario != "connect":
        value = parts_of(expression)[2]
        raise PlanError(
            f"--slo {expression!r}: a rate is found to a few percent: write {found.path}>={value}"
        )
