"""Paces shared out among stations, and what is said of a station that is lost."""

import dataclasses

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wswarm.drive.fleet.wire import GroupState
from wswarm.load.plan import make_plan
from wswarm.locust import messages
from wswarm.locust.clock import Offset
from wswarm.locust.master.losses import add_owed, lose
from wswarm.locust.master.pacing import Pacing
from wswarm.locust.master.roster import ANSWER_S, SILENCE_S, Member
from wswarm.locust.order import Order
from wswarm.results.counts import Counts
from wswarm.stats.findings import Packed, Window, pack
from wswarm.units import NS_PER_S

URL = "ws://127.0.0.1:9"
ECHO = Order(
    name="Echo",
    role="echo",
    plan=make_plan("echo", URL, connections=1),
    rate_per_user=3.0,
    publishers=0,
    is_heard=False,
)
CHAT = Order(
    name="Chat",
    role="subscribe",
    plan=make_plan("fanout", URL, connections=1, rate=50.0),
    rate_per_user=None,
    publishers=2,
    is_heard=False,
)
ORDERS = [CHAT, ECHO]
HOLD = Window(0, 0, 2, 10)


def log(intended_ns: list[int]) -> Packed:
    """Return the log of broadcasts that were due then, and sent a little later."""
    due_ns = np.array(intended_ns, np.int64)
    return pack(np.concatenate((np.arange(len(due_ns)), due_ns, due_ns + 9)))


def member(place: int, chat: int, echo: int, ahead_ns: int = 0) -> Member:
    """A station with so many open subscribers and echoes; the first one publishes."""
    one = Member(f"id{place}", f"worker {place} (id{place})", first_id=1, offset=Offset(ahead_ns, 0))
    one.has_begun = True
    one.is_publisher = one.is_publishing = place == 0
    groups = [
        GroupState(requested=chat, opened=chat, open=chat, senders=chat),
        GroupState(requested=echo, opened=echo, open=echo, senders=echo),
    ]
    publishing = [GroupState(requested=2, opened=2, open=2, senders=2)] if one.is_publisher else []
    one.state = messages.State(
        test=1, number=1, load=0, pending=0, seated=chat + echo, groups=groups, publishing=publishing
    )
    return one


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(-(10**12), 10**12)), min_size=1, max_size=5))
def test_every_open_sender_has_one_place_among_all_and_each_station_its_own_clock(
    stations: list[tuple[int, int]],
) -> None:
    members = [member(place, 3, echo, ahead_ns) for place, (echo, ahead_ns) in enumerate(stations)]
    pacing = Pacing(ORDERS)
    groups = pacing.note(members)
    assert pacing.changed(members) == []
    places: list[int] = []
    for one, (echo, ahead_ns) in zip(members, stations, strict=True):
        paces, publishing = pacing.paces(one, members, groups, 1_000)
        (pace,) = paces
        assert (pace.group, pace.at_ns, pace.rate) == (1, 1_000 + ahead_ns, 3.0 * sum(n for n, _ in stations))
        places += range(pace.first_place, pace.first_place + echo)
        assert [(each.group, each.rate, each.senders) for each in publishing] == (
            [(0, 50.0, 2)] if one.is_publisher else []
        )
    assert places == list(range(sum(echo for echo, _ in stations)))


def test_a_pace_changes_when_senders_come_or_go_and_not_when_subscribers_do() -> None:
    members = [member(0, 3, 5), member(1, 3, 5)]
    pacing = Pacing(ORDERS)
    pacing.note(members)
    assert pacing.changed([member(0, 9, 5), member(1, 1, 5)]) == []
    assert pacing.changed([member(0, 3, 5), member(1, 3, 4)]) == [1]
    assert pacing.changed([member(1, 3, 5)]) == [0, 1]


def test_a_class_without_open_senders_sends_nothing() -> None:
    one = member(0, 3, 0)
    pacing = Pacing(ORDERS)
    paces, _ = pacing.paces(one, [one], pacing.note([one]), 0)
    assert paces[0].rate == 0.0


@pytest.mark.parametrize(
    ("logs", "owed"),
    [
        ({"Chat": log([1, 2, 3, 5])}, "owed 9 deliveries of 3 broadcasts"),
        (None, "what Chat was owed is not known, for nobody has the publishers' log"),
    ],
)
def test_a_lost_station_is_named_with_what_it_held_and_was_owed(
    logs: dict[str, Packed] | None, owed: str
) -> None:
    one = member(0, 3, 5)
    lose(one, 7.04, ORDERS)
    add_owed(one, logs, ORDERS, HOLD)
    held = "3 connections of Chat and 5 connections of Echo and the publishers"
    assert one.loss is not None
    assert one.loss.startswith(f"worker 0 (id0) was lost 7.0 s after the start, with {held}; ")
    assert one.loss.endswith(owed + (" in the hold" if logs else ""))


def test_nothing_is_said_to_be_owed_by_a_station_that_is_there() -> None:
    one = member(0, 3, 5)
    add_owed(one, None, ORDERS, HOLD)
    assert one.loss is None


def test_a_station_that_has_not_begun_is_silent_sooner() -> None:
    one = member(0, 3, 5)
    one.heard_ns -= round((ANSWER_S + 1) * NS_PER_S)
    assert not one.is_silent
    one.has_begun = False
    assert one.is_silent
    lose(one, 5.0, ORDERS)
    assert one.loss == "worker 0 (id0) did not begin: nothing was heard of it"
    assert ANSWER_S < SILENCE_S


def test_a_station_is_settled_once_handshakes_of_users_and_publishers_are_decided() -> None:
    one = member(0, 3, 5)
    assert one.is_settled
    one.state = messages.State(test=1, number=2, load=0, pending=1, groups=[], publishing=[])
    assert not one.is_settled
    one.state = messages.State(test=1, number=3, load=0, pending=0, groups=[], publishing=[])
    assert not one.is_settled  # its publishers have not been heard of
    one.is_publishing = False
    assert one.is_settled


def test_a_station_is_not_settled_before_its_figures_know_of_every_handshake() -> None:
    one = member(1, 3, 5)
    assert one.state is not None
    for stale in (GroupState(requested=4, opened=4, open=4), GroupState(requested=5, opened=4, open=4)):
        one.state = msgspec.structs.replace(one.state, groups=[one.state.groups[0], stale])
        assert not one.is_settled
    failed = GroupState(requested=5, opened=4, open=4, failures={"refused": 1})
    one.state = msgspec.structs.replace(one.state, groups=[one.state.groups[0], failed])
    assert one.is_settled


def test_what_a_station_told_of_an_earlier_hold_counts_nothing_in_this_one() -> None:
    one = member(0, 3, 5)
    assert one.state is not None
    told = msgspec.structs.replace(
        one.state.groups[0], sent=7, received=6, counts=Counts(received=6, duplicated=1)
    )
    one.state = msgspec.structs.replace(one.state, groups=[told, one.state.groups[1]])
    assert one.group(0) == told
    one.load = one.state.load + 1
    assert one.group(0) == msgspec.structs.replace(told, sent=0, received=0, counts=None)


def test_random_arrivals_are_others_at_each_pace_and_in_each_class_and_the_same_at_each_station() -> None:
    at_random = msgspec.structs.replace(ECHO.plan, arrivals="poisson", seed=7)
    pacing = Pacing([dataclasses.replace(ECHO, plan=at_random)] * 2)
    members = [member(0, 3, 5), member(1, 3, 5)]
    told = []
    for _ in range(3):
        groups = pacing.note(members)
        (one, another), same = (pacing.paces(each, members, groups, 1_000, 9_000)[0] for each in members)
        assert (one.first_turn, another.first_turn) == tuple(pace.first_turn for pace in same)
        told += [(one.seed, one.first_turn), (another.seed, another.first_turn)]
    assert len(set(told)) == 6


def test_a_hold_shares_its_pace_among_those_that_are_open_not_those_lost_before_it() -> None:
    one = member(0, 3, 5)
    assert one.state is not None
    lost = msgspec.structs.replace(one.state.groups[1], open=3)
    one.state = msgspec.structs.replace(one.state, groups=[one.state.groups[0], lost])
    assert one.senders_in(1) == 5
    one.load += 1
    assert one.senders_in(1) == 3
