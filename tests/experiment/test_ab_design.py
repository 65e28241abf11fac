"""What is compared, and how the time is divided."""

import pytest

from wswarm.errors import PlanError
from wswarm.experiment.ab.defaults import DEFAULT_BUDGET_S, METRICS
from wswarm.experiment.ab.design import make_design, make_timing

LOOKS = (4, 6, 8, 10, 12)


def test_metrics_that_are_named_decide_and_the_others_are_advisory() -> None:
    design = make_design(("cpu", "p99"), {}, scenario="echo")
    assert {one.name: one.is_gating for one in design.metrics} == {"cpu": True, "p50": False, "p99": True}


def test_capacity_is_measured_only_where_it_decides() -> None:
    design = make_design(METRICS, {}, scenario="echo")
    assert [one.name for one in design.metrics if one.load == "closed"] == ["capacity"]
    design = make_design(METRICS, {}, scenario="fanout")
    assert [one.name for one in design.metrics if one.load == "overload"] == ["capacity"]


def test_a_slowdown_to_catch_is_set_for_all_or_for_one() -> None:
    design = make_design(("cpu",), {"": 0.2, "p99": 0.5}, scenario="echo")
    assert {one.name: one.theta for one in design.metrics} == {"cpu": 0.2, "p50": 0.2, "p99": 0.5}


@pytest.mark.parametrize("names", [("p75",), ()])
def test_a_metric_that_is_not_there_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(PlanError):
        make_design(names, {}, scenario="echo")


def test_by_default_slices_last_about_a_second_and_twelve_generations_fit() -> None:
    timing = make_timing(DEFAULT_BUDGET_S, LOOKS, 6, has_closed=False)
    assert 0.5 < timing.slice_s <= 1.0
    generation_s = 26 * (1.1 * timing.slice_s + timing.pause_s)
    assert 12 * generation_s < DEFAULT_BUDGET_S


@pytest.mark.parametrize(("budget_s", "has_closed"), [(60, False), (96, True), (3600, False)])
def test_a_slice_is_never_shorter_nor_longer_than_is_useful(budget_s: float, has_closed: bool) -> None:
    timing = make_timing(budget_s, LOOKS, 6, has_closed=has_closed)
    assert 0.1 <= timing.slice_s <= 1.0
    assert 0.05 <= timing.pause_s <= 0.25


def test_a_budget_that_is_too_short_for_the_first_look_is_refused_with_one_that_is_not() -> None:
    with pytest.raises(PlanError, match="at least 32s"):
        make_timing(20, LOOKS, 6, has_closed=False)
    make_timing(32, LOOKS, 6, has_closed=False)
