"""Decisions of known truth, counted."""

import pytest

from tests.stats.interleaved import experiment
from wswarm.stats.compare.ab import Design, judge
from wswarm.stats.compare.faults import Outcome
from wswarm.stats.compare.selftest import (
    ALL_RULES,
    INTERLEAVED,
    Decision,
    changes_of,
    other_calls,
    share,
    tally,
)
from wswarm.stats.compare.slices import Metric
from wswarm.stats.proportion import wilson

P50 = Metric(name="p50", theta=0.05)
SLOWER = [1.20, 1.21, 1.19, 1.20]
SAME = [1.0, 1.001, 0.999, 1.0]


def decision(verdict: Outcome, elapsed: float = 40.0, *, has_neighbour: bool = False) -> Decision:
    """Return a decision of that verdict, on data of a head that is slower if it says so."""
    slices = experiment(SLOWER if verdict == "regression" else SAME)
    return Decision(
        kind="ab",
        slow="cpu:20%",
        injected=0.2,
        has_neighbour=has_neighbour,
        seed=1,
        verdict=verdict,
        generations=4,
        elapsed=elapsed,
        changes=changes_of(judge(slices, Design(metrics=(P50,)))),
        calls={"p50": other_calls(slices, P50)},
    )


def test_verdicts_are_counted_with_the_interval_of_wilson() -> None:
    counted = tally([decision("regression"), decision("regression"), decision("inconclusive")])
    low, high = wilson(2, 3)
    assert counted.verdicts["regression"] == share(2, 3)
    assert (counted.verdicts["regression"].low, counted.verdicts["regression"].high) == (low, high)
    assert counted.verdicts["inconclusive"].hits == 1
    assert set(counted.verdicts) == {"regression", "inconclusive"}


def test_time_is_the_median_and_the_longest() -> None:
    counted = tally([decision("regression", elapsed) for elapsed in (30.0, 90.0, 40.0)])
    assert (counted.elapsed, counted.longest, counted.generations) == (40.0, 90.0, 4)


def test_decisions_beside_a_neighbour_are_counted() -> None:
    assert tally([decision("regression", has_neighbour=True), decision("regression")]).neighbours == 1


def test_the_rules_of_other_tools_are_replayed_on_the_same_slices() -> None:
    assert other_calls(experiment(SLOWER), P50) == dict.fromkeys(ALL_RULES, True)
    assert other_calls(experiment(SAME), P50)["mean:10%"] is False
    counted = tally([decision("regression"), decision("no regression")])
    assert (counted.calls["p50"]["median:5%"].hits, counted.calls["p50"]["median:5%"].trials) == (1, 2)


def test_the_rules_that_run_one_version_after_the_other_see_a_drift_of_the_machine() -> None:
    drifting = experiment([1.0] * 4, level=[1.0, 1.0, 1.3, 1.3])
    called = other_calls(drifting, P50)
    assert called["mean:10%"]
    assert not called[INTERLEAVED]


def test_a_change_holds_ratio_interval_and_verdict() -> None:
    found = decision("regression").changes["p50"]
    assert found.ratio == pytest.approx(1.2, rel=0.01)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.ratio < found.high
    assert found.verdict == "regression"
    assert found.is_gating
