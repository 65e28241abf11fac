"""The verdict over base and head: what it says, when, and the laws it keeps."""

from collections.abc import Sequence
from math import exp
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.interleaved import counted, experiment, swapped, valued
from wswarm.errors import PlanError
from wswarm.stats.compare.ab import Comparison, Design, Effect, judge
from wswarm.stats.compare.slices import Metric, Slice

LAW = settings(max_examples=100, deadline=None, derandomize=True)

P50 = Metric(name="p50", theta=0.05)
CAPACITY = Metric(name="capacity", theta=0.05, is_lower_worse=True)
DESIGN = Design(metrics=(P50,))
SMALL = st.floats(-0.2, 0.2).map(exp)
RATIOS = st.lists(SMALL, min_size=4, max_size=4)


def effect_of(ratios: Sequence[float], design: Design = DESIGN) -> Effect:
    """Return the effect on the first metric after generations with these ratios."""
    return judge(experiment(ratios, name=design.metrics[0].name), design, is_last=True).effects[0]


def several(**ratios: Sequence[float]) -> list[Slice]:
    """Return slices with one value per metric."""
    by_metric = [experiment(of, name=name) for name, of in ratios.items()]
    return [
        valued(same[0], {name: value for one in same for name, value in one.values.items()})
        for same in zip(*by_metric, strict=True)
    ]


@pytest.mark.parametrize(
    ("ratios", "verdict"),
    [
        ([1.10, 1.11, 1.09, 1.10], "regression"),
        ([1.05, 1.051, 1.05, 1.049], "regression"),
        ([1.00, 1.01, 0.99, 1.00], "no regression"),
        ([1.02, 1.02, 1.019, 1.021], "no regression"),
        ([0.90, 0.91, 0.90, 0.89], "improved"),
        ([1.00, 1.20, 0.90, 1.10], "inconclusive"),
        ([1.03, 1.05, 1.02, 1.04], "inconclusive"),
    ],
)
def test_the_verdict_is_read_off_the_interval(ratios: list[float], verdict: str) -> None:
    effect = effect_of(ratios)
    assert effect.verdict == verdict
    assert effect.ratio is not None
    assert effect.low is not None
    assert effect.high is not None
    assert effect.low <= effect.ratio <= effect.high
    assert (effect.low > 1.025) is (verdict == "regression")
    assert (effect.high < 1.05) is (verdict in ("no regression", "improved"))


@pytest.mark.parametrize(
    ("ratio", "verdict"), [(0.9, "regression"), (1.1, "improved"), (1.0, "no regression")]
)
def test_a_capacity_that_falls_is_a_regression_and_its_ratio_stays_head_over_base(
    ratio: float, verdict: str
) -> None:
    effect = effect_of([ratio, ratio * 1.001, ratio, ratio], Design(metrics=(CAPACITY,)))
    assert effect.verdict == verdict
    assert effect.ratio == pytest.approx(ratio, rel=0.01)


def test_the_figures_of_a_row_are_there_to_print() -> None:
    effect = effect_of([1.10, 1.11, 1.09, 1.10])
    assert (effect.base, effect.generations, effect.blocks, effect.dropped) == (1.0, 4, 24, 0)
    assert effect.ratio is not None
    assert effect.head == pytest.approx(1.0 * effect.ratio)
    assert effect.medians == pytest.approx({"base": 1.0, "head": 1.10})
    assert effect.by_generation == pytest.approx((1.10, 1.11, 1.09, 1.10))


def test_head_is_base_with_the_change_also_where_the_medians_of_all_slices_say_the_contrary() -> None:
    slices = experiment([0.2, 4.5, 0.9, 0.85], level=[1.0, 2.0, 10.0, 11.0])
    effect = judge(slices, DESIGN, is_last=True).effects[0]
    assert effect.medians == pytest.approx({"base": 6.0, "head": 9.0})
    assert effect.ratio is not None
    assert effect.ratio < 1
    assert effect.head == pytest.approx(6.0 * effect.ratio)


def test_data_are_judged_at_looks_and_shown_between_them() -> None:
    seen = [judge(experiment([1.5] * n), DESIGN) for n in (1, 2, 3, 4)]
    assert [one.is_decided for one in seen] == [False, False, False, True]
    assert [one.verdict for one in seen] == [*["inconclusive"] * 3, "regression"]
    assert seen[0].effects[0].ratio == pytest.approx(1.5)
    assert seen[0].effects[0].low is None
    assert seen[2].effects[0].low is not None
    assert seen[2].effects[0].verdict == "inconclusive"
    assert seen[2].effects[0].reason == "not judged before the next look"


def test_the_last_look_ends_it_and_so_does_the_end_of_the_time() -> None:
    unclear = [1.0, 1.2, 0.9, 1.1]
    assert not judge(experiment(unclear), DESIGN).is_decided
    short = judge(experiment(unclear), Design(metrics=(P50,), looks=(2, 4)))
    assert (short.is_decided, short.verdict) == (True, "inconclusive")
    cut = judge(experiment([1.5] * 5), DESIGN, is_last=True)
    assert (cut.is_decided, cut.verdict, cut.generations) == (True, "regression", 5)


@pytest.mark.parametrize("generations", [1, 2, 3])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 1.5])
def test_what_was_cut_short_before_the_first_look_decides_nothing(generations: int, ratio: float) -> None:
    cut = judge(experiment([ratio] * generations), DESIGN, is_last=True)
    assert (cut.is_decided, cut.verdict, cut.generations) == (True, "inconclusive", generations)
    assert cut.reasons == (f"p50: {generations} of the 4 generations that it takes",)


def test_it_goes_on_until_every_gating_metric_is_decided() -> None:
    design = Design(
        metrics=(P50, Metric(name="p99", theta=0.1), Metric(name="rss", theta=0.1, is_gating=False))
    )
    fine, unclear = [1.0, 1.001, 1.0, 1.0], [0.8, 1.2, 0.9, 1.1]
    assert not judge(several(p50=fine, p99=unclear, rss=fine), design).is_decided
    done = judge(several(p50=fine, p99=fine, rss=unclear), design)
    assert (done.is_decided, done.verdict) == (True, "no regression")
    assert done.effects[2].verdict == "inconclusive"


def test_a_clear_regression_ends_it_while_other_metrics_are_undecided() -> None:
    design = Design(metrics=(P50, Metric(name="p99", theta=0.1)))
    unclear = [0.8, 1.2, 0.9, 1.1]
    found = judge(several(p50=[1.2, 1.21, 1.2, 1.2], p99=unclear), design)
    assert (found.is_decided, found.verdict) == (True, "regression")
    assert found.effects[0].is_clear
    assert found.reasons == ("p50: slower by more than the 2.5% tolerated",)


def test_a_regression_that_several_metrics_would_show_by_chance_has_to_last() -> None:
    barely = [1.06, 1.085, 1.06, 1.085]
    unclear = [0.8, 1.2, 0.9, 1.1]
    alone = judge(experiment(barely), DESIGN)
    assert (alone.is_decided, alone.verdict) == (True, "regression")
    design = Design(metrics=(P50, *(Metric(name=name, theta=0.1) for name in ("p99", "cpu", "rss"))))
    slices = several(p50=barely, p99=unclear, cpu=unclear, rss=unclear)
    found = judge(slices, design)
    assert found.effects[0].verdict == "regression"
    assert (found.effects[0].is_clear, found.is_decided, found.verdict) == (False, False, "inconclusive")
    assert judge(slices, design, is_last=True).verdict == "regression"


def test_an_advisory_metric_never_decides() -> None:
    design = Design(metrics=(P50, Metric(name="rss", theta=0.1, is_gating=False)))
    found = judge(several(p50=[1.0] * 4, rss=[2.0, 2.01, 2.0, 2.0]), design)
    assert found.verdict == "no regression"
    assert found.effects[1].verdict == "regression"


def test_a_message_that_only_head_loses_is_a_regression_at_once() -> None:
    slices = experiment([1.0])
    at = next(i for i, one in enumerate(slices) if one.arm == "head")
    slices[at] = counted(slices[at], lost=1, received=999)
    found = judge(slices, DESIGN)
    assert (found.is_decided, found.verdict, found.generations) == (True, "regression", 1)
    assert found.reasons == ("head lost 1 of 12,000, base none",)


@pytest.mark.parametrize("arm", ["base", "head"])
def test_a_version_that_received_nothing_is_never_fine(arm: str) -> None:
    slices = [
        counted(one, received=0, lost=one.counts.owed) if one.arm == arm else one
        for one in experiment([1.0] * 4)
    ]
    found = judge(slices, DESIGN)
    assert (found.is_decided, found.verdict) == (True, "invalid")
    assert found.reasons == (f"{arm} measured nothing",)


def test_no_slices_at_all_are_invalid() -> None:
    found = judge([], DESIGN)
    assert (found.is_decided, found.verdict) == (True, "invalid")


def test_a_gating_metric_that_no_slice_measured_is_invalid_in_the_end() -> None:
    design = Design(metrics=(P50, Metric(name="p99", theta=0.1)))
    assert not judge(experiment([1.0] * 4), design).is_decided
    found = judge(experiment([1.0] * 12), design)
    assert (found.verdict, found.reasons) == (
        "invalid",
        ("p99: 72 of 72 blocks dropped: a slice was spoilt, or too small for this figure",),
    )
    closed = Design(metrics=(Metric(name="capacity", theta=0.1, load="closed"),))
    assert judge(experiment([1.0] * 12), closed).reasons == ("capacity: nothing measured",)


@pytest.mark.parametrize(("spoilt", "verdict"), [(4, "no regression"), (5, "invalid")])
def test_more_than_a_fifth_of_the_blocks_dropped_is_invalid(spoilt: int, verdict: str) -> None:
    places = [(0, 0), (1, 0), (2, 0), (3, 0), (3, 1)][:spoilt]  # of 4 × 5 blocks
    slices = [
        msgspec.structs.replace(one, reasons=("sent late",)) if (one.generation, one.block) in places else one
        for one in experiment([1.0] * 4, blocks=5)
    ]
    found = judge(slices, DESIGN, is_last=True)
    assert (found.effects[0].dropped, found.verdict) == (spoilt, verdict)


def test_a_slice_that_leaves_work_to_the_next_makes_it_inconclusive() -> None:
    slices = [
        valued(one, {"p50": 1.2 if one.arm == "base" and one.position in (1, 3) else 1.0})
        for one in experiment([1.0] * 12)
    ]
    found = judge(slices, DESIGN)
    assert found.verdict == "inconclusive"
    assert "head is -16.7% further off than base" in found.reasons[0]
    assert found.effects[0].carry_over["base"].ratio == pytest.approx(1.2)
    assert found.effects[0].carry_over["head"].ratio == pytest.approx(1.0)


def test_what_both_versions_suffer_alike_by_the_turn_changes_nothing() -> None:
    made = experiment([1.1] * 12)
    before = [None, *(one.arm for one in made[:-1])]
    slices = [
        valued(one, {"p50": (one.values["p50"] or 0) * (1.2 if previous not in (None, one.arm) else 1.0)})
        for one, previous in zip(made, before, strict=True)
    ]
    (effect,) = judge(slices, DESIGN).effects
    assert effect.verdict == "regression"
    assert effect.ratio == pytest.approx(
        1.1, rel=0.01
    )  # at the borders of blocks it is even in the mean only


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"metrics": ()}, "no metric decides"),
        ({"metrics": (Metric(name="p50", theta=0.1, is_gating=False),)}, "no metric decides"),
        ({"metrics": (P50, P50)}, "two metrics have one name: p50, p50"),
        ({"metrics": (P50,), "looks": (1, 2)}, "do not ascend from 2"),
        ({"metrics": (P50,), "looks": (4, 4)}, "do not ascend from 2"),
        ({"metrics": (P50,), "looks": ()}, "do not ascend from 2"),
        ({"metrics": (P50,), "alpha": 0.5}, "alpha of 0.5"),
    ],
)
def test_a_design_that_cannot_decide_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        Design(**wrong)


def test_a_comparison_is_read_back_as_it_was_stored() -> None:
    found = judge(experiment([1.1, 1.1, 1.12, 1.1]), DESIGN)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Comparison) == found


@LAW
@given(RATIOS)
def test_swapping_the_versions_turns_regressions_into_improvements(ratios: list[float]) -> None:
    there = judge(experiment(ratios), DESIGN, is_last=True).effects[0]
    back = judge(swapped(experiment(ratios)), DESIGN, is_last=True).effects[0]
    assert there.ratio is not None
    assert there.low is not None
    assert back.ratio == pytest.approx(1 / there.ratio)
    assert back.high == pytest.approx(1 / there.low)
    assert (back.verdict == "improved") is (there.verdict == "regression")
    assert (back.verdict == "regression") is (there.verdict == "improved")


@LAW
@given(RATIOS)
def test_the_interval_contains_the_ratio_and_the_ratio_lies_among_the_generations(
    ratios: list[float],
) -> None:
    effect = effect_of(ratios)
    assert effect.ratio is not None
    assert (effect.low or 0) <= effect.ratio <= (effect.high or 0)
    assert min(ratios) * (1 - 1e-9) <= effect.ratio <= max(ratios) * (1 + 1e-9)


@LAW
@given(RATIOS, st.randoms(use_true_random=False))
def test_the_order_of_the_slices_does_not_matter(ratios: list[float], chance: Random) -> None:
    slices = experiment(ratios)
    mixed = list(slices)
    chance.shuffle(mixed)
    assert judge(mixed, DESIGN) == judge(slices, DESIGN)


@LAW
@given(st.integers(1, 20), st.floats(1e-6, 1e6))
def test_versions_that_do_not_differ_are_never_a_regression(generations: int, scale: float) -> None:
    slices = experiment([1.0] * generations, level=[scale * (1 + n) for n in range(generations)])
    found = judge(slices, DESIGN, is_last=True)
    assert found.verdict == ("no regression" if generations >= 4 else "inconclusive")


@LAW
@given(RATIOS, st.integers(1, 8))
def test_more_generations_without_any_change_never_make_a_regression(ratios: list[float], more: int) -> None:
    before = judge(experiment(ratios), DESIGN, is_last=True).verdict
    after = judge(experiment([*ratios, *[1.0] * more]), DESIGN, is_last=True).verdict
    assert after != "regression" or before == "regression"


@LAW
@given(RATIOS, st.floats(0.01, 0.5))
def test_a_greater_slowdown_to_catch_is_never_a_regression_where_a_smaller_is_none(
    ratios: list[float], theta: float
) -> None:
    strict, lax = (
        effect_of(ratios, Design(metrics=(Metric(name="p50", theta=one),)))
        for one in (theta, min(1, 2 * theta))
    )
    assert lax.verdict != "regression" or strict.verdict == "regression"
