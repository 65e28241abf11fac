"""Scales of charts."""

from hypothesis import given
from hypothesis import strategies as st

from wswarm.ui import chart

VALUES = st.lists(st.floats(-1e9, 1e12) | st.floats(1e-7, 10), min_size=1, max_size=20)


@given(VALUES, st.booleans())
def test_a_scale_holds_all_values_and_a_few_ticks(values: list[float], is_zero_shown: bool) -> None:
    scale = chart.scale("x", values, str, is_zero_shown=is_zero_shown)
    rim = (scale.high - scale.low) * 1e-6
    assert scale.low - rim <= min(values) <= max(values) <= scale.high + rim
    assert scale.low < scale.high
    assert len(scale.ticks) <= 30
    assert all(scale.low - rim <= place <= scale.high + rim for place, _ in scale.ticks)
    assert not scale.is_log or scale.low > 0


@given(st.lists(st.floats(0, 4e9), max_size=20))
def test_dates_have_ticks_inside(moments: list[float]) -> None:
    scale = chart.dates("x", moments)
    assert all(scale.low < place < scale.high for place, _ in scale.ticks)


@given(st.integers(1, 10**7))
def test_percentiles_reach_as_far_as_the_values(most: int) -> None:
    assert chart.percentiles(most).ticks[-1][0] <= chart.percentiles(most).high
