"""The schedule of an interleaved comparison, and what its records hold."""

from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.interleaved import experiment
from wswarm.errors import PlanError
from wswarm.stats.compare.slices import BASE_FIRST, HEAD_FIRST, Metric, Slice, random_blocks, whole_blocks

LAW = settings(max_examples=100, deadline=None, derandomize=True)


@LAW
@given(st.integers(0, 40), st.integers())
def test_blocks_of_both_orders_are_equally_many_but_for_an_odd_one(blocks: int, seed: int) -> None:
    orders = random_blocks(Random(seed), blocks)
    assert len(orders) == blocks
    assert abs(orders.count(BASE_FIRST) - orders.count(HEAD_FIRST)) == blocks % 2


def test_the_order_of_blocks_is_left_to_chance_and_repeats_with_the_seed() -> None:
    schedules = {tuple(random_blocks(Random(seed), 6)) for seed in range(200)}
    assert len(schedules) == 20  # 3 of 6 places
    assert random_blocks(Random(5), 6) == random_blocks(Random(5), 6)
    assert {random_blocks(Random(seed), 1)[0] for seed in range(20)} == {BASE_FIRST, HEAD_FIRST}


def test_slices_are_read_back_as_they_were_stored() -> None:
    slices = experiment([1.0, 1.1])
    assert msgspec.json.decode(msgspec.json.encode(slices), type=list[Slice]) == slices


def test_a_figure_that_is_not_a_number_comes_back_as_unknown() -> None:
    one = Slice(generation=0, block=0, position=0, arm="base", values={"p99": float("nan")})
    assert msgspec.json.decode(msgspec.json.encode(one), type=Slice).values == {"p99": None}


@pytest.mark.parametrize("theta", [0.0, -0.05, 1.5, float("nan")])
def test_a_slowdown_that_cannot_be_is_refused(theta: float) -> None:
    with pytest.raises(PlanError, match="p50: a slowdown to catch"):
        Metric(name="p50", theta=theta)


def test_a_block_that_was_not_ended_is_left_out_unless_it_is_all_there_is() -> None:
    slices = experiment([1.0], blocks=2)
    assert whole_blocks(slices) == slices
    assert whole_blocks(slices[:7]) == slices[:4]
    assert whole_blocks(slices[:3]) == slices[:3]
    assert whole_blocks([]) == []
