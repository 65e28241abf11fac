"""Wilson's interval, held against scipy."""

import pytest
import scipy  # not scipy.stats, which only the worker that needs it imports: it takes seconds
from hypothesis import given, settings
from hypothesis import strategies as st

from wswarm.stats.proportion import wilson

pytestmark = pytest.mark.xdist_group("scipy")
LAW = settings(max_examples=100, deadline=None, derandomize=True)


@LAW
@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_scipy_s(case: tuple[int, int]) -> None:
    hits, trials = case
    wanted = scipy.stats.binomtest(hits, trials).proportion_ci(method="wilson")
    assert wilson(hits, trials) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


def test_none_of_300_bounds_the_share_by_about_one_percent() -> None:
    assert wilson(0, 300) == (0.0, pytest.approx(0.0126, abs=1e-4))


@LAW
@given(st.integers(1, 500), st.floats(0.5, 0.999))
def test_the_interval_contains_the_share(trials: int, confidence: float) -> None:
    for hits in {0, trials // 3, trials}:
        low, high = wilson(hits, trials, confidence)
        assert low <= hits / trials <= high
