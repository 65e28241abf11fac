"""How often the verdict errs, on simulated noise of a shared machine: the rates that docs/method.md states."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from math import log1p, sqrt

import pytest

from benchmarks.simulate_ab import main
from benchmarks.simulated import CPU, NOISES, P50, P99, Truth, decide, experiments
from wswarm.stats.compare.ab import Comparison, Design, judge
from wswarm.stats.compare.pairing import pair
from wswarm.stats.compare.slices import Metric
from wswarm.stats.compare.student import mean_interval
from wswarm.stats.compare.unpaired import calls_slower, one_after_the_other

COUNT = 250
FEW = 125  # enough to see what happens nearly always or never; the bounds are those of COUNT


def decisions(metrics: Sequence[Metric], truth: Truth, count: int = FEW, seed: int = 7) -> list[Comparison]:
    """Return the verdicts of whole experiments, with the noise of each metric."""
    noises = {metric.name: NOISES[metric.name] for metric in metrics}
    design = Design(metrics=tuple(metrics))
    return [decide(one, design) for one in experiments(truth, noises, count, seed)]


def margin(share: float, count: int = COUNT) -> float:
    """Return four standard errors of a share, at least those of 2 %."""
    likely = min(max(share, 0.02), 0.98)
    return 4 * sqrt(likely * (1 - likely) / count)


# Regression, no regression and mean generations of 2,000 simulated experiments each.
STATED = [
    (CPU, 0.00, 0.000, 1.000, 4.0),
    (CPU, 0.05, 0.997, 0.001, 4.8),
    (CPU, 0.10, 1.000, 0.000, 4.0),
    (P50, 0.00, 0.001, 0.992, 6.4),
    (P50, 0.05, 0.55, 0.03, 9.7),
    (P50, 0.10, 1.000, 0.000, 5.1),
    (P99, 0.00, 0.000, 1.000, 5.6),
    (P99, 0.05, 0.03, 0.72, 9.1),
    (P99, 0.10, 0.71, 0.025, 8.9),
    (P99, 0.20, 1.000, 0.000, 4.6),
]


@pytest.mark.parametrize(("metric", "slowdown", "regression", "fine", "generations"), STATED)
def test_one_metric_is_called_as_often_as_stated(
    metric: Metric, slowdown: float, regression: float, fine: float, generations: float
) -> None:
    count = COUNT if 0.1 < regression < 0.9 else FEW
    found = decisions([metric], Truth(slowdown=slowdown), count)
    called = Counter(one.verdict for one in found)
    assert called["regression"] / count == pytest.approx(regression, abs=margin(regression))
    assert called["no regression"] / count == pytest.approx(fine, abs=margin(fine))
    assert sum(one.generations for one in found) / count == pytest.approx(generations, abs=0.8)


def test_three_gating_metrics_together_cry_wolf_no_more_often_than_one() -> None:
    found = Counter(one.verdict for one in decisions([CPU, P50, P99], Truth()))
    assert found["regression"] <= 0.01 * FEW
    assert found["inconclusive"] <= 0.10 * FEW


@pytest.mark.parametrize("slowdown", [0.10, 0.20])
def test_three_gating_metrics_together_miss_no_slowdown_of_ten_percent(slowdown: float) -> None:
    found = decisions([CPU, P50, P99], Truth(slowdown=slowdown))
    assert {one.verdict for one in found} == {"regression"}
    assert max(one.generations for one in found) <= 8


def test_an_improvement_is_called_as_such() -> None:
    found = Counter(one.verdict for one in decisions([CPU], Truth(slowdown=-0.10)))
    assert found["improved"] >= 0.98 * FEW


def test_the_interval_misses_the_truth_as_often_as_it_says() -> None:
    missed = 0
    for one in experiments(Truth(slowdown=0.1), {"p50": NOISES["p50"]}, 400, seed=5):
        slices = [each for generation in islice(one, 6) for each in generation]
        found = mean_interval(pair(slices, P50).changes, 0.05)
        assert found is not None
        missed += not (found.low or 0) < 1.1 < (found.high or 0)
    assert missed / 400 == pytest.approx(0.10, abs=margin(0.10, 800))


def test_the_middle_of_the_estimates_is_the_truth() -> None:
    made = experiments(Truth(slowdown=0.1), {"p50": NOISES["p50"]}, 200, seed=6)
    changes = [change for one in made for change in pair([s for g in one for s in g], P50).changes]
    assert sum(changes) / len(changes) == pytest.approx(log1p(0.1), abs=0.003)


def test_the_rules_of_other_tools_cry_wolf_on_the_same_slices() -> None:
    called: Counter[str] = Counter()
    for one in experiments(Truth(), {"p50": NOISES["p50"]}, FEW, seed=8):
        halves = one_after_the_other([each for generation in one for each in generation], P50)
        called["mean"] += calls_slower("mean:10%", *halves, P50)
        called["median"] += calls_slower("median:5%", *halves, P50)
        called["rank"] += calls_slower("mann-whitney", *halves, P50)
    assert called["mean"] > 0.04 * FEW
    assert called["median"] > 0.14 * FEW
    assert called["rank"] > 0.14 * FEW


def test_work_left_to_the_next_slice_hides_a_regression_and_is_found_out() -> None:
    found = decisions([CPU], Truth(slowdown=0.10, carry_over=0.10))
    called = Counter(one.verdict for one in found)
    assert called["no regression"] <= 0.05 * FEW
    assert called["inconclusive"] >= 0.90 * FEW


@pytest.mark.parametrize("switch", [0.0, 0.05])
def test_the_control_refuses_no_sound_experiment(switch: float) -> None:
    for metric in (CPU, P50):
        made = experiments(Truth(switch=switch), {metric.name: NOISES[metric.name]}, FEW, seed=9)
        slices = ([each for generation in one for each in generation] for one in made)
        refused = [judge(own, Design(metrics=(metric,))).reasons for own in slices]
        assert not any("leaves work" in " ".join(reasons) for reasons in refused)


def test_the_tables_of_the_method_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    main(2)
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert len(rows) == 4 * 2 + 4 + 4 + 8 + 15
    assert rows[0] == "| slowdown | CPU alone | p50 alone | p99 alone, θ 10 % | CPU, p50 and p99 |"
