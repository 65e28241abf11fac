"""Where the quiet probe's sockets stand, how often it speaks, and when it can say nothing."""

from typing import Any

import pytest

from wswarm.errors import PlanError
from wswarm.load.plan import make_plan
from wswarm.load.probing import ids, is_wanted, neighbours, places, samples, why_not

URL = "ws://h:1/"


@pytest.mark.parametrize(
    ("connections", "wanted"),
    [(1, [1]), (10, [2, 8]), (100, [25, 75]), (200, [25, 75, 125, 175]), (1000, [31, 94, 156])],
)
def test_its_sockets_stand_at_even_distances_in_the_order_of_connecting(
    connections: int, wanted: list[int]
) -> None:
    assert places(connections)[: len(wanted)] == wanted


@pytest.mark.parametrize(
    ("connections", "count"), [(1, 1), (99, 2), (100, 2), (400, 8), (800, 16), (10_000, 16)]
)
def test_they_are_two_of_a_hundred_more_and_never_more_than_sixteen(connections: int, count: int) -> None:
    assert len(places(connections)) == count


@pytest.mark.parametrize("rooms", [1, 2, 3, 7, 40])
def test_each_is_beyond_all_ids_and_in_the_room_of_the_connection_before_it(rooms: int) -> None:
    numbers = places(500)
    own = ids(numbers, 501, rooms)
    assert len(set(own)) == len(own)
    assert min(own) > 501
    assert [one % rooms for one in own] == [number % rooms for number in numbers]


def test_its_neighbours_are_the_connections_next_to_it_in_its_room() -> None:
    assert neighbours(25, 100, 1) == (25, 26)
    assert neighbours(25, 100, 4) == (25, 29)
    assert neighbours(100, 100, 1) == (100,)


def test_it_speaks_once_where_the_load_speaks_a_hundred_times_and_not_for_ever() -> None:
    assert [samples(one) for one in (99, 30_000, 10_000_000)] == [0, 300, 3_000]


@pytest.mark.parametrize(
    ("scenario", "options", "wanted"),
    [
        ("echo", {"connections": 99}, False),
        ("echo", {"connections": 100}, True),
        ("fanout", {"connections": 100}, True),
        ("fanout", {"connections": 100, "probe": "off"}, False),
        ("fanout", {"connections": 2, "probe": "on"}, True),
        ("connect", {"connections": 1000}, False),
    ],
)
def test_auto_is_on_from_a_hundred_connections_on_and_never_in_connect(
    scenario: str, options: dict[str, Any], wanted: bool
) -> None:
    assert is_wanted(make_plan(scenario, URL, **options)) is wanted


def test_a_probe_that_is_asked_for_where_there_is_nothing_to_compare_is_refused_with_the_mend() -> None:
    with pytest.raises(PlanError, match=r"--probe on is for echo and fanout: leave it out of connect"):
        make_plan("connect", URL, probe="on")


@pytest.mark.parametrize(
    ("url", "options", "words"),
    [
        ("wss://h/", {}, "encrypted"),
        (URL, {"deflate": True, "driver": "websockets"}, "compressed"),
        (URL, {"text": "{marker:int}"}, "numbers"),
        (URL, {"closed": True}, "--rate"),
        (URL, {"closed": True, "rate": 50.0}, None),
        (URL, {}, None),
    ],
)
def test_it_says_why_it_can_say_nothing(url: str, options: dict[str, Any], words: str | None) -> None:
    plan = make_plan("echo", url, **options)
    found = why_not(plan, plan.manner)
    assert found is None if words is None else words in (found or "")
