"""Slopes: of exact lines exact, of noise seldom sure, with bounds that widen as neighbours are alike."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wswarm.stats.slope import LEAST_POINTS, Floats, Slope, slope_of

AT = np.arange(30, dtype=np.float64)
WHITE = np.random.default_rng(7).standard_normal(30)


def found(at: Floats, values: Floats) -> Slope:
    """Return the slope, which there has to be."""
    slope = slope_of(at, values)
    assert slope is not None
    return slope


@given(st.integers(-1_000, 1_000), st.integers(-1_000, 1_000))
def test_of_a_line_the_slope_and_its_bounds_are_exact(steep: int, height: int) -> None:
    slope = found(AT, steep * AT + height)

    assert (slope.estimate, slope.low, slope.high) == pytest.approx((steep,) * 3)


def test_a_flat_figure_has_no_slope_and_no_doubt() -> None:
    assert found(AT, np.full(30, 7.0)) == Slope(0, 0, 0, 0, 0, 1.0)


def test_fewer_than_eight_points_have_no_slope() -> None:
    assert slope_of(AT[: LEAST_POINTS - 1], WHITE[: LEAST_POINTS - 1]) is None


@given(st.floats(-10, 10), st.floats(0.1, 100))
def test_what_is_added_to_the_line_is_added_to_the_slope_and_scales_with_the_values(
    steep: float, unit: float
) -> None:
    plain, steeper = found(AT, WHITE), found(AT, unit * (WHITE + steep * AT))

    assert steeper.estimate == pytest.approx(unit * (plain.estimate + steep), abs=1e-9 * unit)
    assert steeper.low == pytest.approx(unit * (plain.low + steep), abs=1e-9 * unit)


def test_an_outlier_moves_neither_slope_nor_bounds_far() -> None:
    values = 2 * AT + WHITE
    values[11] += 1_000

    assert found(AT, values).estimate == pytest.approx(found(AT, 2 * AT + WHITE).estimate, abs=0.05)


def test_bounds_are_wider_where_neighbours_are_alike() -> None:
    wandering = np.cumsum(WHITE)
    same_values = np.random.default_rng(1).permutation(wandering)

    assert found(AT, wandering).reach > 1.5 * found(AT, same_values).reach


def test_points_that_hang_together_very_much_are_taken_for_a_random_walk() -> None:
    steps = np.diff(AT**2)
    slope = found(AT, AT**2)

    error = steps.std(ddof=1) / np.sqrt(len(steps))
    assert (slope.low, slope.high) == pytest.approx((29 - 2.048 * error, 29 + 2.048 * error), rel=1e-3)


@pytest.mark.parametrize("count", range(8, 31))
def test_any_number_of_points_has_bounds(count: int) -> None:
    slope = found(AT[:count], np.cumsum(WHITE)[:count])

    assert -inf < slope.low <= slope.estimate <= slope.high < inf


def test_the_lower_bound_of_one_side_lies_within_those_of_both() -> None:
    slope = found(AT, WHITE)

    assert slope.low <= slope.least <= slope.estimate <= slope.most <= slope.high


@pytest.mark.parametrize(("steep", "is_sure"), [(1.0, True), (0.0, False), (-1.0, False)])
def test_only_what_rises_steadily_is_no_chance(steep: float, is_sure: bool) -> None:
    assert (found(AT, WHITE + steep * AT).p < 0.05) is is_sure
