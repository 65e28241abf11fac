"""Waves of attempts: the highest, and how many come after the first."""

import numpy as np
import pytest

from wswarm.stats.waves import peak, second_waves


def counts(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


@pytest.mark.parametrize(
    ("values", "width", "most"),
    [((), 3, 0), ((4,), 3, 4), ((1, 2, 3), 2, 5), ((1, 0, 0, 5, 0, 5), 3, 10), ((2, 2, 2), 9, 6)],
)
def test_the_peak_is_the_most_in_any_so_many_counts(values: tuple[int, ...], width: int, most: int) -> None:
    assert peak(counts(*values), width) == most


@pytest.mark.parametrize(
    ("values", "waves"),
    [
        ((), 0),
        ((0, 0), 0),
        ((9, 8, 7), 0),
        ((1, 5, 9, 5, 1), 0),  # one wave that rises and falls
        ((9, 0, 9), 1),
        ((9, 0, 0, 4, 0), 0),  # less than half of the first
        ((9, 0, 5, 0, 0, 6, 5, 0), 2),
        ((9, 3, 9), 0),  # it never fell below a quarter
        ((9, 1, 9, 1, 30, 1, 30), 3),
    ],
)
def test_a_wave_counts_that_rises_over_half_of_the_first_after_that_was_over(
    values: tuple[int, ...], waves: int
) -> None:
    assert second_waves(counts(*values), 1) == waves
