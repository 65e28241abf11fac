"""Counts by second."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.made import ints
from wswarm.stats.per_second import PerSecond

LAW = settings(max_examples=50, deadline=None, derandomize=True)
BATCHES = st.lists(st.lists(st.integers(0, 3_000), max_size=8), max_size=8)


@LAW
@given(BATCHES)
def test_each_second_has_its_count_and_nothing_follows_the_last(batches: list[list[int]]) -> None:
    series = PerSecond()
    for seconds in batches:
        series.add(ints(seconds))
    expected = Counter(second for seconds in batches for second in seconds)
    assert series.counts.tolist() == [expected[second] for second in range(max(expected, default=-1) + 1)]


def test_one_may_be_taken_back() -> None:
    series = PerSecond()
    series.add(ints([2, 2, 5]))
    series.take_back(2)
    series.take_back(5)
    assert series.counts.tolist() == [0, 0, 1, 0, 0, 0]
