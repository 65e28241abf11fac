"""Centrifugo's protocol, on a server that was written from its documentation."""

import signal
from typing import Any

import pytest

from tests.end_to_end.instrument import once_in_hold, run
from tests.protocols.programs import python
from wswarm.errors import PlanError, TargetError

pytestmark = pytest.mark.xdist_group("brokers")

TOPIC = {"profile": "centrifugo", "topic": "news:a"}
BROADCASTS = {"connections": 100, "rate": 50, "duration": 1.0, "warmup": 0.0}


def server(**parameters: Any) -> Any:
    """A running server."""
    return python("centrifugo", "websockets", **parameters)


def counts(found: Any) -> tuple[int, ...]:
    """What was owed and came, and what came beside it."""
    messages = found.messages
    return messages.owed, messages.received, messages.unmarked, messages.duplicated, messages.extra


@pytest.mark.parametrize("driver", ["picows", "websockets"])
def test_every_broadcast_comes_to_every_subscriber_several_in_a_frame(driver: str) -> None:
    less = {"connections": 20} if driver == "websockets" else {}
    with server() as program:
        found = run("fanout", program.url, **TOPIC, **{**BROADCASTS, **less}, driver=driver)
        burst = run("fanout", program.url, **TOPIC, connections=5, rate=3_000, pacing="batched", duration=0.5)
        echoed = run("echo", program.url, **TOPIC, connections=5, rate=100)
    owed = 50 * found.plan["connections"]
    assert counts(found) == (owed, owed, 0, 0, 0)
    assert counts(burst) == (7_500, 7_500, 0, 0, 0)
    assert counts(echoed) == (50, 50, 0, 0, 0)


def test_refusals_are_in_the_server_s_words() -> None:
    with server(token="t-4711") as program:
        with pytest.raises(TargetError) as login:
            run("connect", program.url, **TOPIC, set=("token=no",), connections=3)
        with pytest.raises(TargetError) as channel:
            run(
                "connect",
                program.url,
                profile="centrifugo",
                topic="closed",
                set=("token=t-4711",),
                connections=3,
            )
        found = run("connect", program.url, **TOPIC, set=("token=t-4711",), connections=3, duration=0.2)
    assert "closed 3500 invalid token (3)" in str(login.value)
    assert "permission denied (3)" in str(channel.value)
    assert found.connections.opened == 3
    assert "t-4711" not in str(found)


def test_who_is_confirmed_and_gets_nothing_has_lost_all_from_the_first_on() -> None:
    with server(forgets=5) as program:
        found = run("fanout", program.url, **TOPIC, connections=10, rate=50, drain=0.3)
    assert counts(found)[:2] == (250, 200)
    assert found.messages is not None
    assert found.messages.lost.silent == 50


def test_pings_are_answered_once_each_beside_messages_and_without() -> None:
    with server(ping_s=0.3, pong_s=0.3) as program:
        idle = run("connect", program.url, **TOPIC, connections=5, duration=2.5)
        busy = run("fanout", program.url, **TOPIC, connections=5, rate=1_000, pacing="batched", duration=2.5)
    assert (idle.connections.opened, idle.connections.dropped) == (5, 0)
    assert busy.connections.dropped == 0
    assert counts(busy)[:3] == (12_500, 12_500, 0)


def test_a_server_that_ends_says_so() -> None:
    with server() as program:
        end = once_in_hold(lambda: program.process.send_signal(signal.SIGTERM))
        found = run("fanout", program.url, end, **TOPIC, connections=5, duration=2.0)
    assert found.connections.close_reasons == {"3001 shutdown": 6}


def test_a_fan_out_needs_a_channel() -> None:
    with pytest.raises(PlanError, match="needs --topic"):
        run("fanout", "ws://127.0.0.1:1", profile="centrifugo")
