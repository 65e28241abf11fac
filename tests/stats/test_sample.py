"""Samples and the intervals of their quantiles."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wswarm.stats.histogram import Histogram, is_supported
from wswarm.stats.sample import Sample

VALUES = st.lists(st.floats(min_value=1e-6, max_value=1e3), min_size=1, max_size=200)


def sample(values: list[float]) -> Sample:
    """Return the sample of at least one value."""
    made = Sample.of(values)
    assert made is not None
    return made


@given(VALUES, st.floats(min_value=0.001, max_value=1))
def test_a_quantile_is_the_least_value_that_the_share_does_not_exceed(
    values: list[float], share: float
) -> None:
    found = sample(values).quantile(share)
    at_most = sum(value <= found for value in values)
    below = sum(value < found for value in values)
    assert at_most >= share * len(values) - 1e-6
    assert below <= share * len(values)


@given(VALUES, st.sampled_from([0.5, 0.9, 0.99]))
def test_an_interval_holds_its_quantile_and_is_wider_when_surer(values: list[float], share: float) -> None:
    one = sample(values)
    sure, less_sure = one.quantile_interval(share, 0.01), one.quantile_interval(share, 0.1)
    if sure is not None:
        assert less_sure is not None
        assert sure[0] <= less_sure[0] <= one.quantile(share) <= less_sure[1] <= sure[1]


@pytest.mark.parametrize("n", [5, 20, 100, 500, 5000])
def test_a_sample_too_small_for_a_percentile_gives_no_interval(n: int) -> None:
    one = sample([float(value) for value in range(n)])
    for percent in (50.0, 99.0):
        assert (one.quantile_interval(percent / 100, 0.025) is not None) == is_supported(n, percent)


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_bound_is_missed_about_as_often_as_is_said(share: float) -> None:
    rng = Random(1)
    missed = [0, 0]
    for _ in range(2000):
        low, high = sample([rng.random() for _ in range(400)]).quantile_interval(share, 0.05) or (1.0, 0.0)
        missed[0] += share < low
        missed[1] += share > high
    for one in missed:
        assert 0.03 < one / 2000 < 0.07


def test_deliveries_of_few_broadcasts_are_worth_no_more_than_the_broadcasts() -> None:
    histogram = Histogram()
    histogram.record(np.arange(1, 100_001, dtype=np.int64) * 1000)
    all_of_them = Sample.of_histogram(histogram.encode())
    few = Sample.of_histogram(histogram.encode(), independent=100)
    assert all_of_them is not None
    assert few is not None
    assert (all_of_them.n, few.n) == (100_000, 100_000)
    wide, narrow = few.quantile_interval(0.5, 0.01), all_of_them.quantile_interval(0.5, 0.01)
    assert wide is not None
    assert narrow is not None
    assert wide[1] - wide[0] == pytest.approx(0.0233, rel=0.02)
    assert narrow[1] - narrow[0] < 0.002
    assert few.quantile_interval(0.99, 0.01) is None


def test_nothing_is_no_sample() -> None:
    assert Sample.of([]) is None
    assert Sample.of_histogram(None) is None
    assert Sample.of_histogram(Histogram().encode()) is None
