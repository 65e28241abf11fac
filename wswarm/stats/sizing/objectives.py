"""Objectives of a forecast: `p99<200ms`, `last<=1s`."""

import re
from typing import NamedTuple

from wswarm.errors import PlanError
from wswarm.stats.slo import parse_objective

_LAST = "fanout.completion_time.p50"
_FIGURES = {
    "p50": "p50",
    "p99": "p99",
    "fanout.delivery_time.p50": "p50",
    "fanout.delivery_time.p99": "p99",
    "response_time.p50": "p50",
    "response_time.p99": "p99",
    _LAST: "last",
}


class Wish(NamedTuple):
    """One parsed expression: what `figure` has to stay below, in s."""

    expression: str
    figure: str
    limit: float


def parse(expression: str) -> Wish:
    """Return what the expression wants.

    Raises:
        PlanError: it is no objective, or about a figure that forecasts do not have.
    """
    found = parse_objective(re.sub(r"^\s*last\b", _LAST, expression))
    figure = _FIGURES.get(found.path)
    if figure is None or found.operator not in ("<", "<="):
        raise PlanError(
            f"--slo {expression!r}: a forecast has p50, p99 and last, and an upper limit: write p99<200ms"
        )
    if found.limit <= 0:
        raise PlanError(f"--slo {expression!r}: no time is below 0: write p99<200ms")
    return Wish(expression.strip(), figure, found.limit)
