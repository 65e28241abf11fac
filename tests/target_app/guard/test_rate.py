from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from target_app.guard.rate import Bucket


def test_a_second_s_worth_may_come_at_once_and_no_more() -> None:
    bucket = Bucket(5, now=0)
    assert [bucket.take(0) for _ in range(6)] == [True] * 5 + [False]


def test_what_is_refused_takes_nothing() -> None:
    bucket = Bucket(5, now=0)
    assert not bucket.take(0, 6)
    assert bucket.take(0, 5)


def test_it_fills_at_its_rate() -> None:
    bucket = Bucket(5, now=0)
    assert bucket.take(0, 5)
    assert not bucket.take(0.1)
    assert bucket.take(0.2)


def test_a_rate_below_one_lets_a_message_through_at_first() -> None:
    bucket = Bucket(0.5, now=0)
    assert [bucket.take(now) for now in (0, 1, 2)] == [True, False, True]


@pytest.mark.parametrize("rate", [None, 3.0])
def test_there_is_a_bucket_where_there_is_a_limit(rate: float | None) -> None:
    assert (Bucket.of(rate, 0) is None) == (rate is None)


@given(st.floats(1, 1e6), st.lists(st.floats(0, 100), min_size=2, max_size=60))
def test_never_more_than_the_burst_and_the_rate_since_pass(rate: float, moments: list[float]) -> None:
    moments.sort()
    bucket = Bucket(rate, moments[0])
    passed = [now for now in moments for _ in range(3) if bucket.take(now)]
    for first, one in enumerate(passed):
        for last in range(first, len(passed)):
            assert last - first + 1 <= rate + (passed[last] - one) * rate + 1e-6 * rate


@given(st.floats(1, 1e4), st.integers(2, 50))
def test_a_client_just_under_the_rate_is_never_refused(rate: float, count: int) -> None:
    bucket = Bucket(rate, 0)
    moments = [number / (rate * 0.999) for number in range(count)]
    assert all(later > now for now, later in pairwise(moments))
    assert all(bucket.take(now) for now in moments)
