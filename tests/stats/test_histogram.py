"""Times at three significant digits: the library's layout, exact merging, honest percentiles."""

import math
import random

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.made import histogram, ints
from wswarm.stats.histogram import DIGITS, HIGHEST_NS, LOWEST_NS, SLOTS, Histogram, is_supported

LAW = settings(max_examples=30, deadline=None, derandomize=True)
VALUES = st.lists(
    st.one_of(
        st.integers(0, 5_000), st.integers(0, HIGHEST_NS), st.integers(0, 41).map(lambda bit: 1 << bit)
    ),
    max_size=60,
)


def same(one: Histogram, other: Histogram) -> bool:
    """Return whether two histograms hold the same, exactly."""
    figures = [(made.n, made.min_ns, made.max_ns, made.total_ns) for made in (one, other)]
    return figures[0] == figures[1] and np.array_equal(one.counts, other.counts)


def by_library(values: list[int]) -> HdrHistogram:
    """Return what the library makes of the values."""
    hdr = HdrHistogram(LOWEST_NS, HIGHEST_NS, DIGITS)
    for value in values:
        assert hdr.record_value(value)
    return hdr


def test_there_are_as_many_slots_as_in_the_library() -> None:
    assert HdrHistogram(LOWEST_NS, HIGHEST_NS, DIGITS).counts_len == SLOTS


@pytest.mark.parametrize("exponent", range(42))
def test_values_of_every_magnitude_fall_into_the_library_slots(exponent: int) -> None:
    chance = random.Random(exponent)
    edges = [max(0, (1 << exponent) + step) for step in (-513, -512, -1, 0, 1, 511, 512)]
    inside = [chance.randrange(1 << exponent, 2 << exponent) for _ in range(40)]
    values = [value for value in edges + inside if value <= HIGHEST_NS]
    assert histogram(values).counts.tolist() == list(by_library(values).counts)


def test_the_limits_themselves_fall_into_the_library_slots() -> None:
    values = [0, 1, LOWEST_NS - 1, LOWEST_NS, HIGHEST_NS - 1, HIGHEST_NS]
    assert histogram(values).counts.tolist() == list(by_library(values).counts)


@LAW
@given(VALUES)
def test_any_values_fall_into_the_library_slots(values: list[int]) -> None:
    assert histogram(values).counts.tolist() == list(by_library(values).counts)


@LAW
@given(st.lists(st.integers(LOWEST_NS, HIGHEST_NS), min_size=1, max_size=300), st.floats(0, 100))
def test_a_percentile_is_the_order_statistic_at_three_digits(values: list[int], percent: float) -> None:
    rank = max(1, math.ceil(percent / 100 * len(values) - 1e-9))
    exact = sorted(values)[rank - 1]
    found = histogram(values).percentile_ns(percent)
    assert found is not None
    assert abs(found - exact) <= max(exact / 1000, 512)


@pytest.mark.parametrize(
    ("percent", "rank"), [(0, 1), (1, 1), (50, 50), (90, 90), (99, 99), (99.1, 100), (100, 100)]
)
def test_a_percentile_is_the_least_value_that_enough_lie_at_or_below(percent: float, rank: int) -> None:
    made = histogram(value * 1_000_000 for value in range(1, 101))
    found = made.percentile_ns(percent)
    assert found == pytest.approx(rank * 1_000_000, rel=1e-3)


def test_a_percentile_never_leaves_the_exact_range() -> None:
    made = histogram([1_000_003] * 5)
    assert {made.percentile_ns(percent) for percent in (0, 50, 100)} == {1_000_003}


@pytest.mark.parametrize("percent", [0, 50, 100])
def test_nothing_has_no_percentile(percent: float) -> None:
    assert Histogram().percentile_ns(percent) is None


def test_nothing_has_neither_least_nor_greatest() -> None:
    made = histogram([])
    assert (made.n, made.min_ns, made.max_ns, made.total_ns) == (0, None, None, 0)


def test_values_beyond_the_limits_count_there_but_stay_exact() -> None:
    made = histogram([-5_000, HIGHEST_NS + 7])
    assert (made.min_ns, made.max_ns, made.total_ns) == (-5_000, HIGHEST_NS + 7, HIGHEST_NS - 4_993)
    assert made.counts.tolist() == histogram([0, HIGHEST_NS]).counts.tolist()


@LAW
@given(VALUES, VALUES)
def test_recording_in_batches_is_the_same_as_at_once(first: list[int], second: list[int]) -> None:
    made = histogram(first)
    made.record(ints(second))
    assert same(made, histogram(first + second))


@LAW
@given(VALUES, VALUES)
def test_merging_is_the_same_as_recording_together(first: list[int], second: list[int]) -> None:
    made = histogram(first)
    made.merge(histogram(second))
    assert same(made, histogram(first + second))


@LAW
@given(VALUES, VALUES)
def test_merging_what_travelled_is_the_same_as_merging(first: list[int], second: list[int]) -> None:
    made = histogram(first)
    made.merge_packed(histogram(second).pack())
    assert same(made, histogram(first + second))


def test_an_empty_histogram_travels_as_nothing() -> None:
    assert Histogram().pack() == b""


@LAW
@given(VALUES)
def test_encoding_and_decoding_keeps_every_count(values: list[int]) -> None:
    decoded = Histogram.decode(histogram(values).encode())
    assert decoded.n == len(values)
    assert decoded.counts.tolist() == histogram(values).counts.tolist()


@LAW
@given(st.lists(st.integers(LOWEST_NS, HIGHEST_NS), min_size=1, max_size=60))
def test_decoded_figures_are_known_to_three_digits(values: list[int]) -> None:
    decoded = Histogram.decode(histogram(values).encode())
    exact = [min(values), max(values), sum(values)]
    for found, true in zip([decoded.min_ns, decoded.max_ns, decoded.total_ns], exact, strict=True):
        assert found == pytest.approx(true, rel=1e-3, abs=512 * len(values))


def test_the_occupied_slots_are_middles_within_a_thousandth() -> None:
    values = [5_000, 1_000_000, 1_000_000, 2_000_000_000]
    middles, counts = histogram(values).occupied()
    assert counts.tolist() == [1, 2, 1]
    assert middles.tolist() == pytest.approx([5_000, 1_000_000, 2_000_000_000], rel=1e-3, abs=256)


@pytest.mark.parametrize(
    ("percent", "least"),
    [(50, 8), (90, 35), (95, 73), (99, 381), (99.9, 3838), (99.99, 38_411)],
)
def test_a_percentile_needs_so_many_values(percent: float, least: int) -> None:
    assert not is_supported(least - 1, percent)
    assert is_supported(least, percent)


def test_no_percentile_of_nothing_is_supported() -> None:
    assert not is_supported(0, 50)
