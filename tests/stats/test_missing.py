"""Deliveries that may still come."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.made import ints
from wswarm.stats.missing import Missing

LAW = settings(max_examples=50, deadline=None, derandomize=True)
ROWS = st.dictionaries(st.integers(0, 5), st.booleans(), min_size=1)
MISSED = st.dictionaries(st.integers(0, 8), ROWS)


@LAW
@given(MISSED)
def test_each_comes_once_in_whatever_order_the_broadcasts_are_settled(
    missed: dict[int, dict[int, bool]],
) -> None:
    missing = Missing()
    for number, rows in missed.items():
        missing.add(number, 100 + number, ints(rows), np.array(list(rows.values())))
    for number in range(10):
        assert (number in missing) == (number in missed)
        for row in range(6):
            was_owed = missed.get(number, {}).get(row)
            assert missing.come(number, row) == (None if was_owed is None else (100 + number, was_owed))
            assert missing.come(number, row) is None


def test_a_broadcast_takes_24_bytes_and_a_delivery_four() -> None:
    missing = Missing()
    for number in range(1_000):
        missing.add(number, 0, np.arange(10), np.ones(10, np.bool_))
    columns = (missing._numbers, missing._seconds, missing._starts, missing._sizes, missing._codes)
    assert sum(len(column) * column.itemsize for column in columns) == 1_000 * (24 + 10 * 4)
