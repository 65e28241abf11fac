"""Least squares whose answers are not negative: no piece of work gives CPU back."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_ROUNDING = 1e-10  # of the greatest product of a column and the values: what is below is no direction to go
_ROUNDS = 10  # per column; the method needs about as many rounds as there are columns


def solve(columns: Floats, values: Floats) -> Floats:
    """Return the x ≥ 0 for which `columns @ x` is nearest to the values.

    Args:
        columns: A row per observation. values: One per row.

    Source: the active set method of Lawson and Hanson (Solving Least Squares Problems, 1974, chapter 23).
    """
    scale = np.linalg.norm(columns, axis=0)
    scaled = columns / np.where(scale > 0, scale, 1.0)
    found = np.zeros(columns.shape[1])
    is_free = np.zeros(columns.shape[1], bool)
    small = _ROUNDING * max(float(np.abs(scaled.T @ values).max(initial=0.0)), 1e-300)
    for _ in range(_ROUNDS * columns.shape[1]):
        pull = np.where(is_free, -np.inf, scaled.T @ (values - scaled @ found))
        if is_free.all() or pull.max() <= small:
            break
        is_free[np.argmax(pull)] = True
        found = _settled(scaled, values, found, is_free)
    return found / np.where(scale > 0, scale, 1.0)


def _settled(columns: Floats, values: Floats, found: Floats, is_free: npt.NDArray[np.bool_]) -> Floats:
    """Return the best answer of the free columns, those set to 0 and no longer free that would be negative."""
    while True:
        wanted = np.zeros_like(found)
        wanted[is_free] = np.linalg.lstsq(columns[:, is_free], values, rcond=None)[0]
        is_bad = is_free & (wanted <= 0)
        if not is_bad.any():
            return wanted
        step = np.min(found[is_bad] / (found[is_bad] - wanted[is_bad]), initial=1.0)
        found = np.maximum(found + step * (wanted - found), 0.0)
        is_free &= (found > 0) & ~(is_bad & (found <= np.finfo(float).eps))
