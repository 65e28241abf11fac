"""From slices to the change of each generation: exact where there is no noise."""

from math import inf, log, nan
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.interleaved import experiment, swapped, valued
from wswarm.stats.compare.pairing import pair
from wswarm.stats.compare.slices import Metric, Slice

LAW = settings(max_examples=100, deadline=None, derandomize=True)

P50 = Metric(name="p50", theta=0.05)
RATIOS = st.lists(st.floats(0.2, 5), min_size=1, max_size=6)


@LAW
@given(RATIOS)
def test_without_noise_every_generation_gives_the_ratio(ratios: list[float]) -> None:
    pairing = pair(experiment(ratios), P50)
    assert pairing.changes == pytest.approx([log(ratio) for ratio in ratios])
    assert (pairing.blocks, pairing.dropped) == (6 * len(ratios), 0)


@LAW
@given(RATIOS, st.randoms(use_true_random=False))
def test_the_order_of_the_slices_does_not_matter(ratios: list[float], chance: Random) -> None:
    slices = experiment(ratios)
    mixed = list(slices)
    chance.shuffle(mixed)
    assert pair(mixed, P50) == pair(slices, P50)


@LAW
@given(RATIOS)
def test_swapping_the_versions_inverts_the_ratio(ratios: list[float]) -> None:
    there, back = pair(experiment(ratios), P50), pair(swapped(experiment(ratios)), P50)
    assert back.changes == pytest.approx([-change for change in there.changes])
    assert (back.base, back.head) == (there.head, there.base)


@LAW
@given(RATIOS, st.floats(1e-6, 1e6))
def test_scaling_both_versions_changes_nothing(ratios: list[float], scale: float) -> None:
    slices = experiment(ratios)
    scaled = [valued(one, {"p50": (one.values["p50"] or 0) * scale}) for one in slices]
    assert pair(scaled, P50).changes == pytest.approx(pair(slices, P50).changes, abs=1e-9)


@LAW
@given(st.floats(-0.3, 0.3), st.floats(0.5, 2))
def test_a_steady_drift_cancels_within_every_block(drift: float, ratio: float) -> None:
    slices = [
        valued(one, {"p50": (one.values["p50"] or 0) * (1 + drift) ** (4 * one.block + one.position)})
        for one in experiment([ratio])
    ]
    assert pair(slices, P50).changes == pytest.approx([log(ratio)])


def test_one_burst_moves_no_generation() -> None:
    slices = experiment([1.1])
    slices[5] = valued(slices[5], {"p50": 100.0})
    assert pair(slices, P50).changes == pytest.approx([log(1.1)])


@pytest.mark.parametrize("value", [None, 0.0, -1.0, nan, inf])
def test_a_block_with_a_slice_that_measured_nothing_is_dropped_and_counted(value: float | None) -> None:
    slices = experiment([1.1, 1.1])
    slices[2] = valued(slices[2], {"p50": value})
    slices[9] = valued(slices[9], {})
    pairing = pair(slices, P50)
    assert (pairing.blocks, pairing.dropped) == (12, 2)
    assert pairing.changes == pytest.approx([log(1.1)] * 2)


def test_a_block_with_a_spoilt_or_missing_slice_is_dropped_and_counted() -> None:
    slices = experiment([1.1])
    slices[0] = msgspec.structs.replace(slices[0], reasons=("sent late",))
    del slices[-1]
    assert (pair(slices, P50).blocks, pair(slices, P50).dropped) == (6, 2)


def test_a_slice_recorded_twice_does_not_pass_for_a_whole_block() -> None:
    slices = experiment([1.1])
    assert pair([*slices, slices[0]], P50).dropped == 1


def test_a_generation_without_a_whole_block_is_missing() -> None:
    slices = [valued(one, {}) if one.generation == 1 else one for one in experiment([1.1, 1.2, 1.3])]
    assert pair(slices, P50).changes == pytest.approx([log(1.1), log(1.3)])


def test_slices_of_another_load_are_no_part_of_it() -> None:
    closed = [
        msgspec.structs.replace(one, load="closed", values={"capacity": 5.0}) for one in experiment([1.0])
    ]
    slices = [*experiment([1.1]), *(msgspec.structs.replace(one, block=one.block + 6) for one in closed)]
    assert (pair(slices, P50).blocks, pair(slices, P50).dropped) == (6, 0)
    assert pair(slices, Metric(name="capacity", theta=0.05, load="closed")).changes == (0.0,)


def test_what_a_slice_leaves_to_the_next_is_seen_on_the_arm_that_gets_it() -> None:
    pairing = pair(_with_carry_over(experiment([1.0, 1.0]), 1.1), P50)
    assert pairing.carry_over["base"] == pytest.approx([log(1.1)] * 2)
    assert pairing.carry_over["head"] == pytest.approx([0.0, 0.0])


def test_a_steady_trend_is_not_taken_for_what_a_slice_leaves_to_the_next() -> None:
    trend = [valued(one, {"p50": 1.01**one.position}) for one in experiment([1.0, 1.0])]
    pairing = pair(trend, P50)
    for arm in ("base", "head"):
        assert pairing.carry_over[arm] == pytest.approx([log(1.01)] * 2)


def _with_carry_over(slices: list[Slice], factor: float) -> list[Slice]:
    """Make base slower by the factor after head, within each block."""
    before = ["", *(one.arm for one in slices[:-1])]
    return [
        valued(one, {"p50": factor if (one.arm, previous) == ("base", "head") and one.position else 1.0})
        for one, previous in zip(slices, before, strict=True)
    ]
