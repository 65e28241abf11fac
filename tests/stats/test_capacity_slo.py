"""Objectives of a search's answer."""

import pytest

from wswarm.errors import PlanError
from wswarm.results.capacity import Capacity, Unit
from wswarm.stats.capacity_slo import check_answer, is_of_answer, parse_answer_objective


def capacity(value: float, low: float, high: float | None, unit: Unit = "messages/s") -> Capacity:
    """A capacity of which nothing else is known."""
    return Capacity(
        value=value,
        interval=(low, high),
        unit=unit,
        limited_by="target",
        because="",
        carried=None,
        failed=None,
        delivered=None,
    )


@pytest.mark.parametrize(
    ("expression", "value", "met"),
    [
        ("capacity.value>=2000", 2100.0, True),
        ("capacity.value>=2.2k/s", 2100.0, False),
        ("capacity.interval.0 >= 2000", 1990.0, False),
        ("capacity.interval.1<2300/s", 2210.0, True),
        ("capacity.failed>1", None, False),
    ],
)
def test_the_answer_meets_or_misses_an_objective(expression: str, value: float | None, met: bool) -> None:
    (found,) = check_answer(capacity(2100, 1990, 2210), (expression,))
    assert (found.value, found.met, found.why is None) == (value, met, value is not None)


@pytest.mark.parametrize(
    ("expression", "met"),
    [("capacity.value>=2000", True), ("capacity.value>=9k/s", False), ("capacity.value<=5000", False)],
)
def test_a_lower_bound_meets_what_it_is_high_enough_for_and_of_all_else_nothing_is_known(
    expression: str, met: bool
) -> None:
    (found,) = check_answer(capacity(4000, 4000, None), (expression,))
    assert found.met is met
    assert (found.value is None) is not met
    assert met or "at least 4,000" in (found.why or "")


def test_connections_are_counted_in_an_objective_of_them() -> None:
    assert parse_answer_objective("capacity.value>=10k", "connections").limit == 10_000


@pytest.mark.parametrize(
    ("expression", "unit", "words"),
    [
        ("capacity.speed>1", "messages/s", "choose of capacity.value"),
        ("capacity.value>", "messages/s", "is not an objective"),
        ("capacity.value>fast", "messages/s", "a rate such as 2k/s"),
        ("capacity.value>5/s", "connections", "a count"),
    ],
)
def test_what_can_not_be_an_objective_is_refused(expression: str, unit: Unit, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        parse_answer_objective(expression, unit)


def test_objectives_of_trials_are_none_of_the_answer() -> None:
    assert [is_of_answer(one) for one in ("p99<50ms", " capacity.value>1")] == [False, True]
