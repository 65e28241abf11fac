"""Rooms: each broadcast owed to its own, and what leaks counted where it came, against the servers' lists."""

from collections import Counter
from typing import Any, NamedTuple

import pytest

from tests.end_to_end.instrument import run, several_at_once
from tests.end_to_end.servers import serve
from wswarm.results.run import Messages, Room, Run
from wswarm.stats import extras

ROOMS, MEMBERS = 40, 10
RATE, HOLD_S = 500.0, 2.0

pytestmark = several_at_once


class Measured(NamedTuple):
    """A run, what became of its messages, its worst rooms, and what the server says."""

    run: Run
    messages: Messages
    worst: list[Room]
    facts: dict[str, Any]


def measured(rules: dict[str, Any], **options: Any) -> Measured:
    """Return a run of many rooms without a warm-up, every message of which the server has in its lists."""
    plan = {"rooms": ROOMS, "connections": ROOMS * MEMBERS, "rate": RATE, "duration": HOLD_S, "warmup": 0}
    with serve("room_relay", rooms=options.get("rooms", ROOMS), **rules) as server:
        found = run("fanout", f"{server.url}room/{{room}}", **{**plan, "connect_rate": 2_000, **options})
        facts = server.log()
    assert found.messages is not None
    assert found.rooms is not None
    return Measured(found, found.messages, found.rooms.worst, facts)


@pytest.mark.parametrize(("driver", "processes"), [("picows", 1), ("picows", 2), ("websockets", 1)])
def test_what_leaks_into_the_next_room_is_extra_there_and_nothing_else_is(
    driver: str, processes: int
) -> None:
    """The last message does not leak: nobody waits for what comes behind all that is owed."""
    leak_every = 47
    found = measured({"leak_every": leak_every}, driver=driver, processes=processes)
    sent = round(RATE * HOLD_S)
    leaked = Counter(found.facts["leaked"])
    assert (found.messages.sent, found.facts["received"]) == (sent, sent)
    assert found.messages.owed == found.messages.received == sent * MEMBERS
    assert (found.messages.lost.silent, found.messages.lost.disconnected) == (0, 0)
    assert leaked.total() == sent // leak_every
    assert found.messages.extra_kinds == {extras.OTHER_ROOM: leaked.total() * MEMBERS}
    assert (found.messages.duplicated, found.messages.reordered, found.messages.unmarked) == (0, 0, 0)
    by_room = sorted((leaked[str(room)] * MEMBERS for room in range(ROOMS)), reverse=True)
    assert [one.extra for one in found.worst] == by_room[:10]
    assert all(one.extra == leaked[one.room] * MEMBERS for one in found.worst)
    told = f"{leaked.total() * MEMBERS} messages came into rooms that they were not for"
    assert any(told in notice for notice in found.run.notices)


def test_every_figure_of_a_fan_out_is_of_all_rooms_together() -> None:
    found = measured({})
    fanout, sent = found.run.fanout, round(RATE * HOLD_S)
    assert fanout is not None
    assert (fanout.subscribers, fanout.publishers) == (ROOMS * MEMBERS, ROOMS)
    assert found.run.connections.requested == ROOMS * MEMBERS + ROOMS
    assert (fanout.broadcasts, fanout.incomplete, fanout.completion_time.n) == (sent, 0, sent)
    assert fanout.delivery_time.n == sent * MEMBERS
    assert {row.owed for row in fanout.per_broadcast} == {MEMBERS}
    assert set(found.facts["read"].values()) == {sent // ROOMS}
    assert found.messages.extra == 0


@pytest.mark.parametrize("processes", [1, 2])
def test_a_room_that_loses_messages_is_the_worst_with_what_it_lost(processes: int) -> None:
    found = measured({"lose_in": "7", "lose_every": 4}, processes=processes, drain=2.5)
    of_room = round(RATE * HOLD_S) // ROOMS
    lost = found.facts["lost"]
    assert lost == of_room // 4
    first, second = found.worst[:2]
    assert (first.room, first.owed, first.lost) == ("7", of_room * MEMBERS, lost * MEMBERS)
    assert first.received == first.owed - first.lost
    assert (second.lost, found.messages.lost.silent) == (0, lost * MEMBERS)
    assert found.run.fanout is not None
    assert found.run.fanout.incomplete == lost


def test_rooms_of_unequal_size_with_several_publishers_each_are_told_apart() -> None:
    options = {"rooms": 3, "connections": 10, "publishers": 2, "rate": 60.0, "duration": 3.0, "drain": 1}
    found = measured({"lose_in": "1", "lose_every": 3}, **options)
    sizes = {"0": 3, "1": 4, "2": 3}
    owed = {room: found.facts["read"][room] * size for room, size in sizes.items()}
    assert {one.room: one.owed for one in found.worst} == owed
    assert {one.room: one.lost for one in found.worst} == {"1": found.facts["lost"] * 4, "0": 0, "2": 0}
    assert (found.messages.owed, found.run.connections.requested) == (sum(owed.values()), 10 + 6)
    assert found.messages.extra == 0


@pytest.mark.parametrize("processes", [1, 2])
def test_what_requests_publish_is_owed_to_the_room_that_they_name(processes: int) -> None:
    """A service that knows of no rooms delivers everything to all four, also what it refuses."""
    rules = {"statuses": [202] * 9 + [503], "delivers_all": True}
    load = {"connections": 4, "rate": 100.0, "duration": 1.0, "warmup": 0, "processes": processes}
    with serve("posting", **rules) as server:
        post = {"publish": f"POST {server.url.replace('ws', 'http', 1)}publish"}
        body = {"publish_body": '{"say": "{marker}", "room": {room}}'}
        found = run(
            "fanout", f"{server.url}sub", rooms=2, headers=("X-Room: {room}",), **load, **post, **body
        )
    assert found.messages is not None
    assert found.rooms is not None
    assert found.publish is not None
    assert found.publish.statuses == {"202": 90, "503": 10}
    assert (found.messages.owed, found.messages.received) == (90 * 2, 90 * 2)
    kinds = found.messages.extra_kinds
    assert kinds == {extras.OTHER_ROOM: kinds[extras.OTHER_ROOM], extras.REFUSED: kinds[extras.REFUSED]}
    assert found.messages.extra == 90 * 2 + 10 * 4
    assert kinds[extras.OTHER_ROOM] >= 90 * 2
    assert sum(one.owed for one in found.rooms.worst) == 90 * 2
    assert sum(one.extra for one in found.rooms.worst) == found.messages.extra
