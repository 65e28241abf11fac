"""Who is owed what: the laws of numbers, without a backend."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from target_app.backplane.protocol import Gap
from target_app.backplane.sequence import GONE_NS, LIVE_NS, Incoming, Outgoing

BORN = 1_000  # wall clock of the origin's epoch
SUBSCRIBED = 2_000  # of the subscription: later, unless a test says otherwise


def subscribed(at: int = SUBSCRIBED) -> Incoming:
    """One that is owed the messages of x."""
    incoming = Incoming()
    incoming.subscribed("x", at)
    return incoming


def take(incoming: Incoming, *numbers: int, epoch: int = BORN, now: int = 0) -> tuple[list[int], list[Gap]]:
    """The numbers delivered, and the gaps reported."""
    delivered, gaps = [], []
    for number in numbers:
        is_next, more = incoming.message("o", epoch, "x", number, now)
        gaps += more
        if is_next:
            delivered.append(number)
    return delivered, gaps


def ranges(gaps: Iterable[Gap]) -> list[tuple[int | None, int | None, str]]:
    """What gaps say of numbers."""
    return [(gap.first, gap.last, gap.reason) for gap in gaps]


def test_consecutive_messages_are_delivered_without_a_gap() -> None:
    assert take(subscribed(), 1, 2, 3) == ([1, 2, 3], [])


def test_a_new_subscriber_is_not_owed_what_came_before() -> None:
    assert take(subscribed(), 41, 42) == ([41, 42], [])


def test_a_lost_middle_is_reported_before_the_message_that_shows_it() -> None:
    assert take(subscribed(), 1, 5) == ([1, 5], [Gap("o", "x", 2, 4, "missing")])


def test_a_lost_tail_is_reported_when_the_origin_tells_its_last_number() -> None:
    incoming = subscribed()
    take(incoming, 1)
    assert ranges(incoming.state("o", BORN, {"x": 3}, 0)) == [(2, 3, "tail")]
    assert incoming.state("o", BORN, {"x": 3}, 0) == []


def test_what_was_reported_missing_and_comes_late_is_dropped() -> None:
    assert take(subscribed(), 1, 3, 2, 4)[0] == [1, 3, 4]


def test_an_origin_younger_than_the_subscription_owes_its_first_message_without_any_break_of_ours() -> None:
    assert ranges(take(subscribed(at=BORN - 1), 2)[1]) == [(1, 1, "missing")]


def test_a_duplicate_is_dropped() -> None:
    assert take(subscribed(), 1, 1, 2, 2) == ([1, 2], [])


def test_a_lost_head_is_reported_once_the_origin_has_told_where_it_stood() -> None:
    incoming = subscribed()
    incoming.state("o", BORN, {"x": 7}, 0)
    assert ranges(take(incoming, 10)[1]) == [(8, 9, "missing")]


def test_channels_that_are_not_subscribed_are_neither_delivered_nor_gaps() -> None:
    incoming = subscribed()
    assert incoming.message("o", BORN, "y", 5, 0) == (False, [])
    assert incoming.state("o", BORN, {"y": 9}, 0) == []


def test_a_new_subscription_of_a_channel_owes_nothing_to_the_old_one() -> None:
    incoming = subscribed()
    take(incoming, 1)
    incoming.unsubscribed("x")
    incoming.subscribed("x", SUBSCRIBED)
    assert take(incoming, 9) == ([9], [])


def test_origins_are_counted_apart() -> None:
    incoming = subscribed()
    assert incoming.message("a", BORN, "x", 1, 0) == (True, [])
    assert incoming.message("b", BORN, "x", 1, 0) == (True, [])
    assert incoming.message("a", BORN, "x", 2, 0) == (True, [])


def test_an_origin_that_begins_again_counts_from_one() -> None:
    incoming = subscribed()
    take(incoming, 1, 2)
    delivered, gaps = take(incoming, 3, epoch=BORN + 1)
    assert (delivered, ranges(gaps)) == ([3], [(1, 2, "missing")])


def test_messages_of_an_epoch_that_has_ended_are_dropped() -> None:
    incoming = subscribed()
    take(incoming, 1, epoch=BORN + 1)
    assert take(incoming, 2, epoch=BORN) == ([], [])
    assert incoming.state("o", BORN, {"x": 9}, 0) == []


def test_what_an_origin_took_with_it_when_it_began_again_during_a_break_is_of_unknown_size() -> None:
    incoming = subscribed()
    take(incoming, 1)
    incoming.link_lost()
    assert ranges(take(incoming, 1, epoch=BORN + 1)[1]) == [(None, None, "origin gone")]


def test_an_origin_born_during_a_break_owes_everything() -> None:
    incoming = subscribed(at=BORN - 1)
    incoming.link_lost()
    assert ranges(take(incoming, 4)[1]) == [(1, 3, "missing")]


def test_an_older_origin_first_heard_after_a_break_owes_an_unknown_number() -> None:
    incoming = subscribed()
    incoming.link_lost()
    assert ranges(take(incoming, 4)[1]) == [(None, None, "baseline")]


def test_an_origin_that_never_published_owes_nothing_after_a_break() -> None:
    incoming = subscribed()
    incoming.link_lost()
    assert incoming.state("o", BORN, {"x": 0}, 0) == []


def test_an_origin_that_is_silent_after_a_break_is_reported_once() -> None:
    incoming = subscribed()
    take(incoming, 1)
    incoming.link_lost()
    incoming.link_restored(now_ns := 10)
    assert incoming.expire(now_ns + GONE_NS) == []
    assert incoming.expire(now_ns + GONE_NS + 1) == [Gap("o", "x", None, None, "origin gone")]
    assert incoming.expire(now_ns + GONE_NS + 2) == []


def test_an_origin_that_is_silent_without_a_break_took_nothing_with_it() -> None:
    incoming = subscribed()
    take(incoming, 1)
    assert incoming.expire(GONE_NS + 1) == []


def test_after_a_break_an_origin_is_asked_for_until_it_is_heard() -> None:
    incoming = subscribed()
    take(incoming, 1)
    incoming.link_lost()
    assert incoming.unsure() == ["x"]
    incoming.state("o", BORN, {"x": 1}, 0)
    assert incoming.unsure() == []


def test_a_new_channel_waits_for_live_origins_only() -> None:
    incoming = Incoming()
    incoming.state("o", BORN, {}, 0)
    incoming.subscribed("x", SUBSCRIBED)
    assert incoming.unanswered("x", LIVE_NS)
    assert not incoming.unanswered("x", LIVE_NS + 1)
    incoming.state("o", BORN, {"x": 0}, 0)
    assert not incoming.unanswered("x", LIVE_NS)


@given(kept=st.lists(st.booleans(), min_size=1, max_size=60), beats=st.sets(st.integers(0, 60)))
def test_delivered_and_reported_are_everything_published_and_never_both(
    kept: list[bool], beats: set[int]
) -> None:
    incoming, outgoing = subscribed(), Outgoing("o", BORN)
    incoming.state("o", BORN, outgoing.last(["x"]), 0)
    delivered: list[int] = []
    gaps: list[Gap] = []
    for is_kept in kept:
        number = outgoing.number("x")
        if is_kept:
            arrived, found = take(incoming, number)
            delivered += arrived
            gaps += found
        if number in beats:
            gaps += incoming.state("o", BORN, outgoing.last(["x"]), 0)
    gaps += incoming.state("o", BORN, outgoing.last(["x"]), 0)
    reported = [n for gap in gaps for n in range(gap.first or 0, (gap.last or 0) + 1)]
    assert sorted(delivered + reported) == list(range(1, len(kept) + 1))
    assert delivered == [number for number, is_kept in enumerate(kept, 1) if is_kept]


@pytest.mark.parametrize("channels", [["a"], ["a", "b"]])
def test_a_heartbeat_names_what_is_new_once(channels: list[str]) -> None:
    outgoing = Outgoing("o", BORN)
    for channel in channels:
        outgoing.number(channel)
    assert sorted(outgoing.take_fresh()) == channels
    assert outgoing.take_fresh() == []


def test_a_new_epoch_counts_from_one() -> None:
    outgoing = Outgoing("o", BORN)
    outgoing.number("x")
    outgoing.renew(BORN + 1)
    assert (outgoing.epoch, outgoing.number("x")) == (BORN + 1, 1)
