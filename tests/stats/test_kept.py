"""Times of single messages, kept until they are told."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wswarm.stats.kept import UNKNOWN_NS, Keeper, unpack_kept


def column(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def test_what_is_kept_is_taken_once() -> None:
    keeper = Keeper(9)
    keeper.add(column(1), column(7), column(10), column(11), column(12))
    assert [int(one[0]) for one in keeper.take()] == [1, 7, 10, 11, 12]
    assert len(keeper.take().rows) == 0


def test_what_was_lost_was_not_received() -> None:
    keeper = Keeper(9)
    keeper.lose(column(3, 5), 7, 10, 11)
    kept = keeper.take()
    assert (kept.rows.tolist(), kept.received_ns.tolist()) == ([3, 5], [UNKNOWN_NS] * 2)


def test_what_travels_arrives() -> None:
    keeper = Keeper(9)
    keeper.lose(column(3, 5), 7, 10, 11)
    kept = keeper.take()
    assert [one.tolist() for one in unpack_kept(kept.pack())] == [one.tolist() for one in kept]


@given(st.integers(0, 20), st.lists(st.integers(0, 9), max_size=6))
def test_what_has_no_room_is_counted(most: int, sizes: list[int]) -> None:
    keeper, kept = Keeper(most), 0
    for size in sizes:
        keeper.lose(np.arange(size), 0, 1, 2)
        kept += len(keeper.take().rows)
    assert (kept, kept + keeper.left_out) == (min(most, sum(sizes)), sum(sizes))
