"""How arrays travel, and what is told before the end."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.made import WINDOW, S, batch, findings, ints
from wswarm.stats.bins import Bins
from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import (
    STILL_OPEN,
    Findings,
    Reached,
    add_per_second,
    pack,
    unpack,
    with_broadcasts,
)
from wswarm.stats.flights import Flights
from wswarm.stats.published import Published
from wswarm.stats.reach import put_together

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


def deliveries(*, is_told: bool) -> tuple[Findings, list[Reached]]:
    """Return what two subscribers received in half a minute, and what of it was told before the end."""
    tally, told = Broadcasts(WINDOW, [9], S), list[Reached]()
    tally.see(ints([0, 0]), *[ints([STILL_OPEN] * 2)] * 2)
    for number in range(60):
        due_ns = WINDOW.origin_ns + number * S // 2
        tally.publish(Published(ints([number]), ints([due_ns]), ints([due_ns])))
        late = max(0, number - 30), WINDOW.origin_ns + max(0, number - 30) * S // 2  # long after its second
        tally.record(
            batch([(0, 9, number, due_ns, due_ns + 1_000 * number), (1, 9, *late, due_ns + 2_000 * number)])
        )
        tally.settle_some(due_ns)
        told += tally.take_settled() if is_told else []
    while tally.settle_some(0, is_over=True):
        pass
    return msgspec.structs.replace(findings(), arrivals=tally.findings()), told


def replies(*, is_told: bool) -> tuple[Findings, list[Reached]]:
    """Return what a connection was replied in half a minute, and what of it was told before the end."""
    tally, told = Flights(WINDOW, 1, S), list[Reached]()
    tally.join(ints([1]))
    for number in range(60):
        due_ns = WINDOW.origin_ns + number * S // 2
        tally.expect(ints([due_ns]), ints([0]))
        tally.note_sent(ints([number]), ints([due_ns]))
        tally.record(batch([(0, 1, number, due_ns, due_ns + 1_000 * number)]))
        told += tally.take_settled() if is_told else []
    tally.settle(*[ints([STILL_OPEN])] * 2)
    return msgspec.structs.replace(findings(), arrivals=tally.findings()), told


@pytest.mark.parametrize("made", [deliveries, replies])
def test_what_was_told_on_the_way_and_what_is_told_at_the_end_are_what_would_be_told_at_once(made) -> None:
    (whole, nothing), (rest, told) = made(is_told=False), made(is_told=True)
    at_once, joined = whole.arrivals, with_broadcasts(rest, told).arrivals
    assert (nothing, len(told) > 10, len(rest.arrivals.by_second) < len(at_once.by_second)) == (
        [],
        True,
        True,
    )
    bins = [Bins(), Bins()]
    for one, arrivals in zip(bins, (at_once, joined), strict=True):
        one.merge(arrivals.by_second)
    assert bins[0].pack() == bins[1].pack() != b""
    for one, other in zip(
        *(put_together([arrivals.broadcasts]) for arrivals in (at_once, joined)), strict=True
    ):
        assert one.tolist() == other.tolist()
    others = {"by_second": b"", "broadcasts": Reached()}
    assert msgspec.structs.replace(at_once, **others) == msgspec.structs.replace(joined, **others)
