"""Who is due when, while senders come and go: laws that hold whatever happens."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wswarm.load.turns import Pace, Turns
from wswarm.stats.findings import Int64s
from wswarm.units import NS_PER_S

LAW = settings(max_examples=100, deadline=None, derandomize=True)
S = NS_PER_S


def until(end_ns: int, dues: object) -> list[tuple[int, int]]:
    """Return the turns before a moment: when, and whose."""
    found: list[tuple[int, int]] = []
    for due_ns, senders in dues:  # type: ignore[attr-defined]  # an iterator of `Dues`
        found += [one for one in zip(due_ns.tolist(), senders.tolist(), strict=True) if one[0] < end_ns]
        if due_ns[-1] >= end_ns:
            break
    return found


def rows(count: int) -> Int64s:
    """Return the senders 0, 1, 2, …"""
    return np.arange(count, dtype=np.int64)


def test_senders_that_begin_together_are_due_evenly_spaced_from_the_beginning() -> None:
    dues = Turns().begin(Pace(5 * S, 10.0, 3), rows(3), rows(3))
    assert until(6 * S, dues) == [(5 * S + number * S // 10, number % 3) for number in range(10)]


def test_senders_here_keep_their_places_among_those_elsewhere() -> None:
    dues = Turns().begin(Pace(0, 10.0, 5), rows(2), rows(2) + 3)
    assert until(S, dues) == [(number * S // 10, number % 5 - 3) for number in range(10) if number % 5 >= 3]


def test_nobody_is_due_at_rate_0_or_where_there_is_nobody() -> None:
    assert not list(Turns().begin(Pace(0, 0.0, 3), rows(3), rows(3)))
    assert not list(Turns().begin(Pace(0, 10.0, 3), rows(0), rows(0)))


def test_who_stays_keeps_its_cadence_when_others_come_and_the_rate_with_them() -> None:
    turns = Turns()
    before = until(S, turns.begin(Pace(0, 10.0, 10), rows(10), rows(10)))
    after = until(3 * S, turns.change(Pace(S, 20.0, 20), rows(20), rows(20)))
    times = [due_ns for due_ns, sender in before + after if sender == 3]
    assert [later - earlier for earlier, later in pairwise(times)] == [S, S]


def test_a_sender_that_comes_is_due_once_a_cycle_from_then_on() -> None:
    turns = Turns()
    turns.begin(Pace(0, 4.0, 4), rows(4), rows(4))
    due = until(11 * S, turns.change(Pace(S, 5.0, 5), rows(5), rows(5) + 100))
    assert sum(sender == 4 for _, sender in due) == 10


@LAW
@given(
    st.lists(
        st.tuples(st.integers(1, 3_000), st.floats(0.5, 2_000), st.integers(1, 12)), min_size=1, max_size=8
    )
)
def test_whatever_changes_each_sender_is_due_once_a_cycle_and_turns_ascend(
    changes: list[tuple[int, float, int]],
) -> None:
    turns, at_ns, cycles = Turns(), 0, 0.0
    due: list[tuple[int, int]] = []
    for number, (length_ms, rate, count) in enumerate(changes):
        end_ns = at_ns + length_ms * 1_000_000
        pace = Pace(at_ns, rate, count)
        begun = turns.begin(pace, rows(count), rows(count)) if number == 0 else None
        due += until(end_ns, begun or turns.change(pace, rows(count), rows(count) + 1))
        cycles += length_ms / 1_000 * rate / count
        at_ns = end_ns
    assert due == sorted(due, key=lambda one: one[0])
    always_there = range(min(count for _, _, count in changes))
    for sender in always_there:
        assert abs(sum(whose == sender for _, whose in due) - cycles) < 1 + 1e-6
