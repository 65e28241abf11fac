"""Rates and levels that change linearly: how much has come by when, exactly, and the inverse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wswarm.load import piecewise as module
from wswarm.load.arrivals import BLOCK
from wswarm.load.piecewise import Piecewise
from wswarm.units import NS_PER_S

LAW = settings(max_examples=80, deadline=None, derandomize=True)
SPANS = st.lists(st.tuples(st.integers(0, 20 * NS_PER_S), st.integers(0, 5_000)), min_size=1, max_size=6)


def rising(*spans: tuple[float, float]) -> Piecewise:
    """Return the value of these spans, their lengths in s."""
    return Piecewise([(round(length * NS_PER_S), value) for length, value in spans])


@pytest.mark.parametrize(
    ("spans", "integral"),
    [
        ([(30, 1_000)], 15_000),
        ([(30, 1_000), (10, 0)], 20_000),
        ([(0, 100), (10, 100)], 1_000),
        ([(10, 100), (0, 0), (5, 0)], 500),
        ([(0.1, 0.3), (0.2, 0.3)], 0.075),
        ([], 0),
    ],
)
def test_what_comes_is_the_area_under_the_line(spans: list[tuple[float, float]], integral: float) -> None:
    assert rising(*spans).integral == pytest.approx(integral, abs=1e-9)


def test_on_a_ramp_from_nothing_half_of_all_come_in_the_last_three_tenths() -> None:
    ramp = rising((30, 1_000))
    times_ns = ramp.times_of(np.arange(ramp.count, dtype=np.float64))
    assert times_ns[0] == 0
    assert times_ns[3_750] == 15 * NS_PER_S
    assert np.count_nonzero(times_ns >= 30 * NS_PER_S * np.sqrt(0.5)) == pytest.approx(7_500, abs=1)


def test_event_k_of_a_constant_rate_comes_after_k_gaps() -> None:
    flat = rising((0, 250), (4, 250))
    assert flat.times_of(np.arange(1_000.0)).tolist() == [4_000_000 * k for k in range(1_000)]


def test_what_comes_where_nothing_comes_waits_until_it_goes_on() -> None:
    paused = rising((0, 10), (1, 10), (0, 0), (5, 0), (0, 10), (1, 10))
    assert paused.times_of(np.array([9.0, 10.0, 11.0])).tolist() == [900_000_000, 6 * NS_PER_S, 6_100_000_000]


def test_a_rate_that_is_nothing_at_first_begins_when_it_rises() -> None:
    assert rising((2, 0), (0, 10), (1, 10)).times_of(np.array([0.0])).tolist() == [2 * NS_PER_S]


def test_more_than_ever_comes_is_the_end() -> None:
    assert rising((2, 10), (3, 0)).times_of(np.array([25.0, 99.0])).tolist() == [5 * NS_PER_S] * 2


def test_without_spans_nothing_comes() -> None:
    nothing = rising()
    assert nothing.count == 0
    assert nothing.times_of(np.zeros(1)).tolist() == [0]
    assert nothing.until(np.zeros(1, np.int64)).tolist() == [0]


@LAW
@given(SPANS)
def test_the_inverse_is_the_inverse_and_ascends(spans: list[tuple[int, float]]) -> None:
    value = Piecewise(spans)
    amounts = np.arange(0, value.integral, max(value.integral / 300, 1e-6))[:300]
    times_ns = value.times_of(amounts)
    assert (np.diff(times_ns) >= 0).all()
    assert ((times_ns >= 0) & (times_ns <= value.length_ns)).all()
    assert value.until(times_ns) == pytest.approx(amounts, abs=2e-5)  # a ns of 5,000/s


@LAW
@given(SPANS)
def test_each_span_has_as_many_events_as_its_integral_says(spans: list[tuple[int, float]]) -> None:
    value = Piecewise(spans)
    whole = np.ceil(value.integrals)
    times_ns = value.times_of(np.arange(whole[-1]))
    by_end = [np.count_nonzero(np.arange(whole[-1]) < end) for end in value.integrals]
    assert by_end == whole.tolist()
    for end_ns, count in zip(value.ends_ns, whole, strict=True):
        assert np.count_nonzero(times_ns < end_ns) <= count <= np.count_nonzero(times_ns <= end_ns)


@LAW
@given(SPANS, st.integers(0, 3_000), st.integers(0, 2**32))
def test_at_random_there_are_exactly_so_many_and_everybody_knows_the_same(
    spans: list[tuple[int, float]], count: int, seed: int
) -> None:
    times_ns = np.concatenate([np.zeros(0, np.int64), *Piecewise(spans).at_random(count, (seed,))])
    again_ns = np.concatenate([np.zeros(0, np.int64), *Piecewise(spans).at_random(count, (seed,))])
    assert len(times_ns) == count
    assert (np.diff(times_ns) >= 0).all()
    assert np.array_equal(times_ns, again_ns)


@pytest.mark.parametrize("block", [BLOCK, 700])
def test_random_events_of_a_ramp_are_uniform_in_what_has_come(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    ramp = rising((2, 1_000), (1, 200), (3, 0))
    times_ns = np.concatenate(list(ramp.at_random(10_000, (4,))))
    uniform = ramp.until(times_ns) / ramp.integral
    ranks = np.arange(len(uniform) + 1) / len(uniform)
    assert max(np.abs(uniform - ranks[:-1]).max(), np.abs(uniform - ranks[1:]).max()) < 1.63 / 100  # 1 %


def test_the_value_between_two_moments_lies_on_their_line() -> None:
    value = rising((10, 100), (0, 50), (10, 0))
    moments_ns = (np.array([0, 5, 10, 15, 20, 30]) * NS_PER_S).astype(np.int64)
    assert value.values(moments_ns).tolist() == [0, 50, 50, 25, 0, 0]


def test_a_level_passes_its_thresholds_upwards_and_downwards() -> None:
    value = rising((2, 4), (1, 4), (0, 2), (4, 0))
    passed = [
        (is_rising, places.tolist(), (times_ns / NS_PER_S).tolist())
        for is_rising, places, times_ns in value.crossings(np.arange(4) + 0.5)
    ]
    assert passed == [
        (True, [0, 1, 2, 3], [0.25, 0.75, 1.25, 1.75]),
        (False, [3, 2], [3.0, 3.0]),
        (False, [1, 0], [4.0, 6.0]),
    ]
