"""Student's t, held against scipy."""

from math import exp, inf, log

import numpy as np
import pytest
import scipy  # not scipy.stats, which only the worker that needs it imports: it takes seconds
from hypothesis import given, settings
from hypothesis import strategies as st

from wswarm.stats.compare.student import mean_interval, t_probability, t_quantile

pytestmark = pytest.mark.xdist_group("scipy")
LAW = settings(max_examples=100, deadline=None, derandomize=True)


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 7, 9, 11, 12, 29, 30, 119])
@pytest.mark.parametrize("probability", [0.0001, 0.02, 0.3, 0.6, 0.9, 0.95, 0.975, 0.99, 0.9975, 0.9999])
def test_the_quantile_is_scipy_s(degrees: int, probability: float) -> None:
    assert t_quantile(probability, degrees) == pytest.approx(
        scipy.stats.t.ppf(probability, degrees), rel=1e-9
    )


@LAW
@given(st.floats(-50, 50), st.integers(1, 100))
def test_the_probability_is_scipy_s(t: float, degrees: int) -> None:
    assert t_probability(t, degrees) == pytest.approx(scipy.stats.t.cdf(t, degrees), abs=1e-12)


@LAW
@given(st.floats(0.501, 0.9999), st.integers(1, 60))
def test_the_probability_of_a_quantile_is_what_it_was_asked_for(probability: float, degrees: int) -> None:
    assert t_probability(t_quantile(probability, degrees), degrees) == pytest.approx(probability, abs=1e-12)


def test_the_quantile_of_certainty_is_infinite_and_the_middle_is_nought() -> None:
    assert t_quantile(1.0, 3) == inf
    assert t_quantile(0.0, 3) == -inf
    assert t_quantile(0.5, 3) == pytest.approx(0, abs=1e-15)


def test_the_interval_is_scipy_s_on_the_logarithms() -> None:
    logs = [log(1.02), log(1.05), log(0.99), log(1.07)]
    found = mean_interval(logs, 0.01)
    wanted = scipy.stats.t.interval(0.98, len(logs) - 1, loc=np.mean(logs), scale=scipy.stats.sem(logs))
    assert found is not None
    assert (found.low, found.high) == pytest.approx(tuple(exp(bound) for bound in wanted), rel=1e-12)
    assert found.ratio == pytest.approx(exp(np.mean(logs)))


def test_one_value_has_no_interval_and_none_has_nothing() -> None:
    alone = mean_interval([0.1], 0.01)
    assert alone is not None
    assert (alone.low, alone.high) == (None, None)
    assert mean_interval([], 0.01) is None


def test_the_bounds_miss_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    found = [mean_interval(row, 0.05) for row in rng.normal(0, 0.03, (4000, 6)).tolist()]
    above = np.mean([one is not None and (one.low or 0) > 1 for one in found])
    below = np.mean([one is not None and (one.high or 0) < 1 for one in found])
    assert (above, below) == pytest.approx((0.05, 0.05), abs=0.015)
