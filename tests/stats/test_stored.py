"""Stored runs against each other: ratios, their intervals, and what may not be compared."""

from math import log
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report import runs
from wswarm.errors import PlanError
from wswarm.results.run import Run
from wswarm.stats.compare.ab import Comparison
from wswarm.stats.compare.comparable import doubts, pair_runs
from wswarm.stats.compare.slices import Metric
from wswarm.stats.compare.stored import compare_stored, judge_interval, ratio_of_quantiles
from wswarm.stats.compare.student import Interval
from wswarm.stats.recording import Reading, of_run
from wswarm.stats.sample import Sample

METRIC = Metric(name="p50", theta=0.05)
ECHO = runs.echo()


def changed(run: Run, **plan: object) -> Run:
    """Return the run as if it had been asked for with these settings."""
    return msgspec.structs.replace(run, plan={**run.plan, **plan})


def compared(base: Run, head: Run, *, is_gating: bool = False) -> Comparison:
    """Return the comparison of two runs."""
    return compare_stored([(of_run(base), of_run(head))], is_gating=is_gating)


def reading(values: list[float]) -> Reading:
    """Return the median of these values."""
    sample = Sample.of(values)
    assert sample is not None
    return Reading(METRIC, sample.quantile(0.5), sample)


def test_the_interval_holds_the_true_ratio_of_medians_about_as_often_as_is_said() -> None:
    rng = Random(2)
    missed = 0
    for _ in range(600):
        base = reading([rng.lognormvariate(0.0, 0.4) for _ in range(300)])
        head = reading([rng.lognormvariate(log(1.1), 0.4) for _ in range(300)])
        found = ratio_of_quantiles(base, head, 0.05)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        missed += not found.low <= 1.1 <= found.high
    assert 0.05 < missed / 600 < 0.15


@given(st.floats(min_value=0.1, max_value=10))
def test_a_figure_and_itself_times_a_factor_have_that_ratio(factor: float) -> None:
    values = [1.0 + 0.01 * step for step in range(100)]
    found = ratio_of_quantiles(reading(values), reading([factor * value for value in values]), 0.01)
    assert found is not None
    assert found.ratio == pytest.approx(factor)
    assert (found.low or 0) < factor < (found.high or 0)


def test_base_and_head_exchanged_give_the_reciprocal() -> None:
    one, other = (
        reading([1.0 + 0.01 * step for step in range(100)]),
        reading([2.0 + step for step in range(50)]),
    )
    there, back = ratio_of_quantiles(one, other, 0.01), ratio_of_quantiles(other, one, 0.01)
    assert there is not None
    assert back is not None
    assert (back.ratio, back.low, back.high) == pytest.approx(
        (1 / there.ratio, 1 / there.high, 1 / there.low)
    )


@pytest.mark.parametrize("value", [None, 0.0])
def test_without_a_value_there_is_no_ratio(value: float | None) -> None:
    assert ratio_of_quantiles(reading([1.0, 2.0]), Reading(METRIC, value), 0.01) is None


@pytest.mark.parametrize(
    ("low", "high", "is_lower_worse", "verdict"),
    [
        (1.03, 1.2, False, "regression"),
        (1.02, 1.2, False, "inconclusive"),
        (0.99, 1.04, False, "no regression"),
        (0.99, 1.06, False, "inconclusive"),
        (0.8, 0.97, False, "improved"),
        (0.8, 0.97, True, "regression"),
        (1.03, 1.2, True, "improved"),
        (0.97, 1.02, True, "no regression"),
        (0.94, 1.02, True, "inconclusive"),
        (None, None, False, "inconclusive"),
    ],
)
def test_the_verdict_follows_the_rule_of_interleaved_comparisons(
    low: float | None, high: float | None, is_lower_worse: bool, verdict: str
) -> None:
    metric = msgspec.structs.replace(METRIC, is_lower_worse=is_lower_worse)
    assert judge_interval(Interval(ratio=1.0, low=low, high=high), metric)[0] == verdict


def test_nothing_gates_in_a_comparison_of_stored_runs_unless_asked() -> None:
    assert not any(effect.metric.is_gating for effect in compared(ECHO, ECHO).effects)
    gating = {
        effect.metric.name: effect.metric.is_gating for effect in compared(ECHO, ECHO, is_gating=True).effects
    }
    assert gating == {
        "echo response time p50": True,
        "echo response time p99": True,
        "echo server CPU per reply": False,
    }


@pytest.mark.parametrize("run", [ECHO, runs.fanout(), runs.connect()])
def test_a_run_is_no_worse_than_itself(run: Run) -> None:
    found = compared(run, run)
    assert {effect.ratio for effect in found.effects} - {None} == {1.0}
    assert found.verdict in ("no regression", "inconclusive")


def test_a_lost_message_that_base_never_lost_is_a_regression() -> None:
    found = compared(ECHO, runs.echo(lost=1))
    assert found.verdict == "regression"
    assert found.reasons == ("head lost 1 of 10,000, base none",)


def test_two_runs_that_both_lose_cannot_tell_who_loses_more() -> None:
    found = compared(runs.echo(lost=100), runs.echo(lost=400))
    assert [(one.kind, one.verdict) for one in found.faults] == [
        ("lost", "inconclusive"),
        ("duplicated", "no regression"),
    ]


def test_scenarios_of_a_suite_are_not_taken_for_repeated_measurements_of_losses() -> None:
    pairs = [
        (of_run(runs.echo(lost=100)), of_run(runs.echo(lost=400))),
        (of_run(runs.fanout(lost=400)), of_run(runs.fanout(lost=1600))),
    ]
    assert compare_stored(pairs).faults[0].verdict == "inconclusive"


def test_losses_of_a_suite_are_told_together() -> None:
    pairs = [(of_run(ECHO), of_run(runs.echo(lost=2))), (of_run(runs.fanout()), of_run(runs.fanout(lost=3)))]
    found = compare_stored(pairs)
    assert [(one.kind, one.base, one.head) for one in found.faults] == [("lost", 0, 5), ("duplicated", 0, 0)]


def test_an_invalid_run_makes_the_comparison_invalid_and_says_whose() -> None:
    spoilt = msgspec.structs.replace(ECHO, validity=runs.verdict("invalid", "the generator was too slow"))
    found = compared(ECHO, spoilt)
    assert (found.verdict, found.reasons) == ("invalid", ("head echo: the generator was too slow",))


def test_runs_without_a_common_figure_are_invalid() -> None:
    silent = msgspec.structs.replace(runs.nothing_arrived(ECHO), target=None, validity=runs.verdict("valid"))
    found = compared(ECHO, silent)
    assert (found.verdict, found.reasons) == ("invalid", ("no figure was measured in both runs",))


def test_capacity_is_compared_only_where_replies_set_the_pace() -> None:
    def names(run: Run) -> set[str]:
        return {reading.metric.name for reading in of_run(run).readings}

    assert "echo capacity" not in names(ECHO)
    assert "echo capacity" not in names(changed(ECHO, closed=True))
    assert "echo capacity" in names(changed(ECHO, closed=True, rate=None))


def test_runs_of_different_scenarios_are_refused() -> None:
    with pytest.raises(PlanError, match="base is a run of echo, head of fanout"):
        pair_runs([ECHO], [runs.fanout()])


def test_different_load_is_refused_and_every_difference_named() -> None:
    other = changed(ECHO, rate=2000.0, size=512, headers=("X: y",), seed=9, url="ws://other", duration=20.0)
    with pytest.raises(PlanError) as refusal:
        pair_runs([ECHO], [other])
    assert str(refusal.value) == (
        "the echo runs had different load: rate 1000 and 2000; size none and 512; measure both alike"
    )


def test_what_is_published_by_requests_compares_with_the_same_at_another_address_alone() -> None:
    ours, sockets = runs.published(), runs.fanout(rate=20, duration=10)
    assert pair_runs([ours], [changed(ours, publish="POST http://elsewhere/publish")])
    with pytest.raises(PlanError, match="publish none and by POST; publish_body none and"):
        pair_runs([sockets], [ours])
    with pytest.raises(PlanError, match="publish by POST and by PUT"):
        pair_runs([ours], [changed(ours, publish="PUT http://elsewhere/publish")])


def test_a_setting_that_was_not_stored_is_the_same_as_one_that_is_off() -> None:
    assert pair_runs([changed(ECHO, on_open=(), binary=False)], [changed(ECHO, on_open=[])])


def test_scenarios_of_suites_are_paired_and_what_is_left_over_is_told() -> None:
    pairs = pair_runs([runs.connect(), ECHO], [ECHO, runs.fanout()])
    assert [(base.scenario, head.scenario) for base, head in pairs] == [("echo", "echo")]
    assert doubts([runs.connect(), ECHO], [ECHO, runs.fanout()]) == [
        "connect is in base only",
        "fanout is in head only",
    ]


def test_runs_of_one_scenario_are_paired_by_name_and_in_order() -> None:
    named = [msgspec.structs.replace(ECHO, name=name) for name in ("Chat", "Items", "Chat")]
    found = pair_runs(named, named[1:])
    assert [base.name for base, _ in found] == ["Chat", "Items"]


def test_what_speaks_against_the_comparison_is_told() -> None:
    environment = msgspec.structs.replace(ECHO.environment, cores=8)
    other = msgspec.structs.replace(
        changed(ECHO, duration=20.0),
        environment=environment,
        validity=runs.verdict("suspect", "steal 7 %"),
    )
    assert doubts([ECHO], [other]) == [
        "echo: duration 10 and 20",
        "echo: different cores: 2 and 8",
        "head echo is suspect: steal 7 %",
    ]
