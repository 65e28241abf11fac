"""JSON-RPC 2.0 on rpc-websockets."""

from typing import Any

import pytest

from tests.end_to_end.instrument import run
from tests.protocols.measured import DRIVERS, broadcasts, check_exact, idle, killed_in_hold
from tests.protocols.programs import node
from wswarm.errors import TargetError
from wswarm.experiment.inspection import inspect
from wswarm.load.manner import Manner

SAYING: dict[str, Any] = {"profile": "jsonrpc", "topic": "said", "event": "say", "set": ("subscribe=rpc.on",)}


def also(*settings: str, **options: Any) -> dict[str, Any]:
    return {**SAYING, **options, "set": (*SAYING["set"], *settings)}


@pytest.mark.parametrize(("driver", "subscribers"), DRIVERS)
def test_every_broadcast_is_accounted_for(driver: str, subscribers: int) -> None:
    with node("jsonrpc") as server:
        check_exact(broadcasts(server.url, driver, subscribers, **SAYING), subscribers)


def test_a_login_is_said_and_stands_in_no_output() -> None:
    with node("jsonrpc", token="sesame-17") as server:
        found = broadcasts(server.url, "picows", 10, **also('auth={"token":"sesame-17"}'))
    check_exact(found, 10)
    assert found.plan["set"][-1] == "auth=…"


def test_a_refused_login_is_told() -> None:
    with node("jsonrpc", token="sesame-17") as server, pytest.raises(TargetError) as raised:
        run("connect", server.url, connections=3, duration=0.1, **also('auth={"token":"wrong-4711"}'))
    assert str(raised.value).startswith("no connection became ready: login refused (3)")
    assert "4711" not in str(raised.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (also(topic="nothing"), "provided event invalid"),
        ({**SAYING, "set": ("subscribe=rpc.hear",)}, "Method not found"),
    ],
)
def test_a_refused_subscription_is_told_in_the_server_s_words(options: dict[str, Any], words: str) -> None:
    with node("jsonrpc") as server, pytest.raises(TargetError) as raised:
        run("connect", server.url, connections=3, duration=0.1, **options)
    assert str(raised.value).startswith(f"no connection became ready: {words} (3)")


def test_a_method_that_is_unknown_is_no_broadcast_and_is_told() -> None:
    with node("jsonrpc") as server:
        found = broadcasts(server.url, "picows", 5, **also(event="shout"))
    assert found.messages is not None
    assert (found.messages.received, found.messages.lost.silent) == (0, 250)
    assert any("Method not found (50)" in notice for notice in found.notices), found.notices


def test_every_server_answers_with_the_request_s_id() -> None:
    with node("jsonrpc") as server:
        found = run("echo", server.url, profile="jsonrpc", event="echo", duration=0.5)
    assert found.messages is not None
    messages = found.messages
    assert (messages.owed, messages.received, messages.duplicated, messages.unmarked) == (100, 100, 0, 0)


def test_an_error_is_no_reply() -> None:
    with node("jsonrpc") as server:
        found = run("echo", server.url, profile="jsonrpc", event="shout", duration=0.5, drain=0.5)
    assert found.messages is not None
    assert (found.messages.received, found.messages.lost.silent) == (0, 100)
    assert any("Method not found" in notice for notice in found.notices), found.notices


def test_who_says_nothing_is_not_dropped_for_it() -> None:
    with node("jsonrpc") as server:
        found = idle(server.url, 1.0, **SAYING)
    assert (found.connections.opened, found.connections.dropped) == (10, 0)


def test_the_death_of_the_server_is_told() -> None:
    with node("jsonrpc") as server:
        found = killed_in_hold(server, server.url, **SAYING)
    assert found.connections.close_reasons == {"1006": 11}


def test_a_look_tells_it_from_other_protocols_whose_errors_look_alike() -> None:
    with node("jsonrpc") as server:
        found = inspect(Manner(url=server.url), 2.0)
    assert [name for name, (is_spoken, _) in found.spoken.items() if is_spoken] == ["jsonrpc"]
    assert found.spoken["jsonrpc"][1] == "it refuses in its words: Method not found"
