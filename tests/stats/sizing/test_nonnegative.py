"""Least squares without negative answers, beside a library that has them."""

import numpy as np
import pytest
import scipy  # not scipy.optimize, which only the worker that needs it imports
from hypothesis import given, settings
from hypothesis import strategies as st

from wswarm.stats.sizing.nonnegative import solve


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 14),
    columns=st.integers(1, 7),
    scale=st.floats(1e-6, 1e6),
)
def test_the_rest_is_as_small_as_scipy_s(seed: int, rows: int, columns: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    matrix, values = rng.normal(size=(rows, columns)), rng.normal(size=rows)
    matrix[:, 0] *= scale
    found = solve(matrix, values)
    assert (found >= 0).all()
    rest = float(np.linalg.norm(matrix @ found - values))
    assert rest == pytest.approx(scipy.optimize.nnls(matrix, values)[1], rel=1e-6, abs=1e-9)


def test_what_would_be_negative_is_0_and_the_others_make_up_for_it() -> None:
    matrix = np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 3.0]])
    assert solve(matrix, np.array([3.0, 2.0, 1.0])) == pytest.approx([2.0, 0.0])


def test_columns_that_are_alike_share_what_there_is() -> None:
    matrix = np.array([[1.0, 1.0], [2.0, 2.0]])
    assert solve(matrix, np.array([3.0, 6.0])).sum() == pytest.approx(3.0)


def test_a_column_of_zeros_gets_nothing() -> None:
    assert solve(np.array([[0.0, 1.0], [0.0, 2.0]]), np.array([1.0, 2.0])) == pytest.approx([0.0, 1.0])
