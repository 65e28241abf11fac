"""How arrays travel."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.made import ints
from wswarm.stats.findings import STILL_OPEN, add_per_second, pack, unpack

LAW = settings(max_examples=50, deadline=None, derandomize=True)
NUMBERS = st.lists(st.integers(-(2**63), STILL_OPEN), max_size=20)
COUNTS = st.lists(st.integers(0, 1_000), max_size=8)


@LAW
@given(NUMBERS)
def test_what_was_packed_is_unpacked(numbers: list[int]) -> None:
    assert unpack(pack(ints(numbers))).tolist() == numbers


def test_a_slice_with_gaps_is_packed_too() -> None:
    assert unpack(pack(np.arange(10)[::3])).tolist() == [0, 3, 6, 9]


@LAW
@given(COUNTS, COUNTS)
def test_series_add_up_second_by_second(one: list[int], other: list[int]) -> None:
    length = max(len(one), len(other))
    padded = [(numbers + [0] * length)[:length] for numbers in (one, other)]
    expected = [first + second for first, second in zip(*padded, strict=True)]
    assert add_per_second(ints(one), ints(other)).tolist() == expected


def test_adding_series_changes_neither() -> None:
    one, other = ints([1, 2]), ints([3])
    add_per_second(one, other)
    assert (one.tolist(), other.tolist()) == ([1, 2], [3])
