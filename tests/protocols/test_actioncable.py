"""Action Cable on its own server, with puma."""

from functools import partial
from typing import Any

import pytest

from tests.end_to_end.instrument import run
from tests.protocols.measured import DRIVERS, broadcasts, check_exact, idle, killed_in_hold
from tests.protocols.programs import puma
from wswarm.errors import TargetError

SAYING: dict[str, Any] = {"profile": "actioncable", "topic": "ChatChannel", "event": "say"}
CABLE = partial(puma, "actioncable")
ROOM = '{"channel":"ChatChannel","room":"a \\"b\\" {id}"}'


@pytest.mark.parametrize(("driver", "subscribers"), DRIVERS)
def test_every_broadcast_is_accounted_for(driver: str, subscribers: int) -> None:
    with CABLE() as server:
        found = broadcasts(f"{server.url}/", driver, subscribers, **SAYING)
    check_exact(found, subscribers, may_reorder=True)  # several threads of the server speak at once


def test_an_identifier_of_one_s_own_is_the_same_text_each_time() -> None:
    with CABLE() as server:
        found = run("connect", server.url, connections=3, duration=0.1, **{**SAYING, "topic": ROOM})
    assert (found.connections.opened, found.connections.failed) == (3, 0)


def test_rooms_are_audiences_of_their_own() -> None:
    rooms = {**SAYING, "topic": '{"channel":"ChatChannel","room":"{room}"}', "rooms": 5}
    with CABLE() as server:
        found = broadcasts(server.url, "picows", 20, **rooms)
    assert found.messages is not None
    messages = found.messages
    assert (messages.sent, messages.owed, messages.received) == (50, 200, 200)
    assert (messages.duplicated, messages.extra, messages.unmarked) == (0, 0, 0)


def test_a_refused_connection_is_told_in_the_server_s_words() -> None:
    with CABLE(token="sesame-17") as server, pytest.raises(TargetError) as raised:
        run("connect", f"{server.url}?token=wrong-4711", connections=3, duration=0.1, **SAYING)
    assert str(raised.value).startswith("no connection became ready: unauthorized (3)")
    assert "4711" not in str(raised.value)


def test_a_rejected_subscription_is_told() -> None:
    closed = {**SAYING, "topic": '{"channel":"ChatChannel","room":"closed"}'}
    with CABLE() as server, pytest.raises(TargetError, match=r"reject_subscription \(3\)"):
        run("connect", server.url, connections=3, duration=0.1, **closed)


def test_a_channel_that_there_is_not_is_silent_and_named() -> None:
    with CABLE() as server, pytest.raises(TargetError, match=r"no answer to subscribe \(2\)"):
        run(
            "connect",
            server.url,
            connections=2,
            duration=0.1,
            connect_timeout=0.7,
            **{**SAYING, "topic": "NoChannel"},
        )


def test_the_origin_is_the_target_s_own_unless_another_is_given() -> None:
    with CABLE() as server, pytest.raises(TargetError, match=r"http 404 \(2\)"):
        run("connect", server.url, connections=2, duration=0.1, origin="http://elsewhere", **SAYING)


def test_replies_of_an_action_that_transmits_are_timed() -> None:
    with CABLE() as server:
        found = run("echo", server.url, duration=0.5, **{**SAYING, "event": "echo"})
    assert found.messages is not None
    messages = found.messages
    assert (messages.owed, messages.received, messages.duplicated, messages.unmarked) == (100, 100, 0, 0)


def test_the_pings_of_the_server_are_a_part_of_the_protocol() -> None:
    with CABLE() as server:
        found = idle(server.url, 4.0, **SAYING)
    assert (found.connections.opened, found.connections.dropped) == (10, 0)
    assert found.samples.unmarked == []


def test_the_death_of_the_server_is_told() -> None:
    with CABLE() as server:
        found = killed_in_hold(server, server.url, **SAYING)
    assert found.connections.close_reasons == {"1006": 11}
