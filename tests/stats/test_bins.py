"""Many small histograms at once."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.made import ints
from wswarm.stats import bins as module
from wswarm.stats.bins import BINS, FLOOR_NS, Bins

LAW = settings(max_examples=40, deadline=None, derandomize=True)
PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(FLOOR_NS, 3_600_000_000_000)), max_size=80)
Pairs = list[tuple[int, int]]
PERCENTS = (0.0, 50.0, 90.0, 99.0, 100.0)


def made(pairs: Pairs) -> Bins:
    """Return bins that hold the (key, value) pairs."""
    bins = Bins()
    bins.record(ints(key for key, _ in pairs), ints(value for _, value in pairs))
    return bins


def exact(values: list[int], percent: float) -> int:
    """Return the order statistic."""
    return sorted(values)[max(1, math.ceil(percent / 100 * len(values) - 1e-9)) - 1]


@LAW
@given(PAIRS)
def test_quantiles_of_each_key_are_within_one_percent(pairs: Pairs) -> None:
    found = {key: values for key, _, values in made(pairs).quantiles_ns(*PERCENTS)}
    assert list(found) == sorted({key for key, _ in pairs})
    for key, quantiles in found.items():
        values = [value for other, value in pairs if other == key]
        assert quantiles == pytest.approx([exact(values, percent) for percent in PERCENTS], rel=0.0101)


@LAW
@given(PAIRS, PAIRS)
def test_merging_is_the_same_as_recording_together(first: Pairs, second: Pairs) -> None:
    merged = made(first)
    merged.merge(made(second).pack())
    assert merged.pack() == made(first + second).pack()


@LAW
@given(PAIRS, st.integers(0, 80))
def test_recording_in_batches_is_the_same_as_at_once(pairs: Pairs, cut: int) -> None:
    bins = made(pairs[:cut])
    bins.record(ints(key for key, _ in pairs[cut:]), ints(value for _, value in pairs[cut:]))
    assert bins.pack() == made(pairs).pack()


@LAW
@given(st.lists(PAIRS, max_size=8), st.integers(1, 3))
def test_taking_closed_keys_on_the_way_changes_nothing_once_all_parts_are_merged(
    batches: list[Pairs], kept: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_OPEN_KEYS", kept)
        bins, taken = Bins(), b""
        for pairs in batches:
            bins.record(ints(key for key, _ in pairs), ints(value for _, value in pairs))
            taken += bins.take_closed()
            assert not bins._closed
    merged = Bins()
    merged.merge(taken + bins.pack())
    assert merged.pack() == made([pair for pairs in batches for pair in pairs]).pack()


@LAW
@given(st.lists(PAIRS, max_size=8), st.integers(1, 3))
def test_closing_keys_on_the_way_changes_nothing(batches: list[Pairs], kept: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_OPEN_KEYS", kept)
        bins = Bins()
        for pairs in batches:
            bins.record(ints(key for key, _ in pairs), ints(value for _, value in pairs))
    assert bins.pack() == made([pair for pairs in batches for pair in pairs]).pack()


def test_memory_grows_with_the_bins_and_not_with_the_values() -> None:
    bins = Bins()
    for key in range(100):
        for value in (5_000, 6_000):
            bins.record(ints([key] * 500), ints([value] * 500))
    assert len(bins._open) <= 8
    assert sum(map(len, bins._closed.values())) <= 100 * (12 + 2 * 4)
    assert bins.pack() == made([(key, value) for key in range(100) for value in (5_000, 6_000)] * 500).pack()


@pytest.mark.parametrize("count", [1, (1 << 16) - 1, 1 << 16, 1 << 20])
def test_any_number_of_values_under_a_closed_key_is_kept(count: int) -> None:
    bins = Bins()
    bins.record(np.zeros(count, np.int64), np.full(count, 5_000))
    bins.record(ints(range(1, 20)), ints([5_000] * 19))
    assert next(bins.quantiles_ns(50.0))[:2] == (0, count)


@pytest.mark.parametrize("value", [-1, 0, 1, FLOOR_NS])
def test_values_below_a_microsecond_count_as_one(value: int) -> None:
    assert made([(0, value)]).pack() == made([(0, FLOOR_NS)]).pack()


def test_the_greatest_values_stay_in_their_key() -> None:
    found = {key: values for key, _, values in made([(3, np.iinfo(np.int64).max)]).quantiles_ns(50.0)}
    assert list(found) == [3]
    assert BINS * math.log(1.02) > math.log(np.iinfo(np.int64).max / FLOOR_NS)


def test_nothing_has_no_quantiles() -> None:
    bins = made([])
    assert list(bins.quantiles_ns(50.0)) == []


def test_nothing_merges_as_nothing() -> None:
    bins = made([(1, 5_000)])
    bins.merge(Bins().pack())
    bins.merge(b"")
    assert bins.pack() == made([(1, 5_000)]).pack()


@LAW
@given(PAIRS)
def test_reading_changes_nothing(pairs: Pairs) -> None:
    bins = made(pairs)
    before = bins.pack()
    list(bins.quantiles_ns(50.0))
    assert bins.pack() == before
