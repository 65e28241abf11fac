"""Connections that are told bit by bit: the whole is what was told last of each."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wswarm.stats.findings import STILL_OPEN, Sockets, pack, unpack
from wswarm.stats.looked import LookedAt

TOLD = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 1_000)), max_size=30)


def sockets(*closed_ns: int) -> Sockets:
    """Return connections that opened at 10 and were lost then."""
    same = pack(np.full(len(closed_ns), 10))
    names = ("started_ns", "tcp_ns", "tls_ns", "upgrade_ns", "opened_ns", "left_ns", "ending")
    return Sockets(
        requested=len(closed_ns), closed_ns=pack(np.array(closed_ns)), **dict.fromkeys(names, same)
    )


@given(st.lists(TOLD, max_size=5))
def test_of_each_connection_what_was_told_last_counts(parts: list[list[tuple[int, int]]]) -> None:
    looked, known = LookedAt(), dict[int, int]()
    for part in parts:
        told = dict(part)
        known |= told
        looked.add(pack(np.array(list(told), np.int64)), sockets(*told.values()))

    whole = looked.with_times(Sockets(requested=21))

    assert unpack(whole.closed_ns).tolist() == [known[row] for row in sorted(known)]


def test_who_is_asked_twice_knows_what_was_told_before() -> None:
    looked = LookedAt()
    looked.add(pack(np.array([0, 1])), sockets(STILL_OPEN, STILL_OPEN))
    looked.with_times(Sockets(requested=2))
    looked.add(pack(np.array([1])), sockets(99))

    assert unpack(looked.with_times(Sockets(requested=2)).closed_ns).tolist() == [STILL_OPEN, 99]


def test_what_is_known_besides_the_times_stays() -> None:
    whole = LookedAt().with_times(Sockets(requested=3, failures={"timeout": 3}))

    assert (whole.requested, whole.failures, whole.opened_ns) == (3, {"timeout": 3}, b"")


def test_what_each_was_due_for_is_told_of_those_that_opened() -> None:
    looked, of_each = LookedAt(), pack(np.array([5, 6, 7]))
    looked.add(pack(np.array([0, 2])), sockets(STILL_OPEN, STILL_OPEN))

    assert unpack(looked.with_times(Sockets(requested=3, due_ns=of_each)).due_ns).tolist() == [5, 7]


def test_connections_in_one_room_have_none() -> None:
    looked = LookedAt()
    looked.add(pack(np.array([0])), sockets(STILL_OPEN))

    assert looked.with_times(Sockets(requested=1)).rooms == b""


def test_a_connection_that_was_ready_when_it_opened_was_ready_then() -> None:
    looked = LookedAt()
    looked.add(pack(np.array([0])), sockets(STILL_OPEN))

    assert unpack(looked.with_times(Sockets(requested=1)).ready_ns).tolist() == [10]


def test_who_was_under_way_when_it_was_looked_at_was_not_asked_for_yet() -> None:
    looked = LookedAt()
    looked.add(pack(np.array([0, 2])), sockets(STILL_OPEN, STILL_OPEN))

    assert looked.with_times(Sockets(requested=5, failures={"timeout": 1})).requested == 3
