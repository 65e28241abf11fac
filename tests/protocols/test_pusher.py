"""Pusher's protocol on soketi, and on a server that asks whoever says nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.end_to_end.instrument import once_in_hold, run
from tests.protocols.brokers import Broker, soketi
from tests.protocols.measured import DRIVERS, broadcasts, check_exact
from tests.protocols.programs import python
from wswarm.errors import PlanError, TargetError

pytestmark = pytest.mark.xdist_group("soketi")

KEY = "key=app-key"
CHANNEL: dict[str, Any] = {"profile": "pusher", "topic": "private-room", "set": (KEY, "secret=app-secret")}


@pytest.fixture(scope="module")
def server() -> Iterator[Broker]:
    """soketi, client events allowed."""
    with soketi() as broker:
        yield broker


@pytest.mark.parametrize(("driver", "subscribers"), DRIVERS)
def test_every_client_event_comes_to_every_subscriber(driver: str, subscribers: int, server: Broker) -> None:
    check_exact(broadcasts(server.url, driver, subscribers, **CHANNEL), subscribers)


@pytest.mark.parametrize("channel", ["room", "presence-room"])
def test_other_channels_are_subscribed_to(channel: str, server: Broker) -> None:
    check_exact(broadcasts(server.url, "picows", 10, **{**CHANNEL, "topic": channel}), 10)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"set": (KEY, "secret=wrong-4711")}, "The connection is unauthorized. (3)"),
        ({"set": ("key=none",), "topic": "room"}, "App key … does not exist. (3)"),
    ],
)
def test_refusals_are_in_the_server_s_words(options: dict[str, Any], words: str, server: Broker) -> None:
    with pytest.raises(TargetError) as raised:
        run("connect", server.url, **{**CHANNEL, **options}, connections=3)
    assert str(raised.value).startswith(f"no connection became ready: {words}")
    assert "wrong-4711" not in str(raised.value)


def test_client_events_that_the_application_does_not_allow_are_told() -> None:
    with soketi(SOKETI_DEFAULT_APP_ENABLE_CLIENT_MESSAGES="false") as broker:
        found = run("fanout", broker.url, **CHANNEL, connections=3, rate=20, drain=0.2)
    assert found.validity.verdict == "invalid"
    assert "The app does not have client messaging enabled." in found.notices[0]


def test_a_server_that_ends_is_told() -> None:
    with soketi() as broker:
        found = run("fanout", broker.url, once_in_hold(broker.stop), **CHANNEL, connections=5, duration=2.0)
    assert found.connections.dropped == 6
    assert set(found.connections.closes) <= {"4200", "1006", "1001"}


@pytest.mark.parametrize("setting", ["keepalive=0", "keepalive=0.2s"])
def test_idle_connections_are_kept_by_answers_and_by_questions(setting: str) -> None:
    with python("pusher", "websockets", activity_s=0.5) as program:
        found = run(
            "connect",
            program.url,
            connections=5,
            duration=2.5,
            profile="pusher",
            topic="room",
            set=(KEY, setting),
        )
    assert (found.connections.opened, found.connections.dropped) == (5, 0)


def test_there_is_no_echo() -> None:
    with pytest.raises(PlanError, match="all but itself; use fanout"):
        run("echo", "ws://127.0.0.1:1", **CHANNEL)
