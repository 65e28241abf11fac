"""SignalR on aiosignalr, and on a scripted fake of ASP.NET Core, made from the specification."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest

from tests.end_to_end.instrument import run
from tests.protocols.measured import DRIVERS, broadcasts, check_exact, idle, killed_in_hold
from tests.protocols.programs import Program, foreign, python
from wswarm.errors import TargetError

Serve = Callable[..., AbstractContextManager[Program]]

SAYING: dict[str, Any] = {"profile": "signalr", "topic": "lobby", "event": "Say", "set": ("join=Join",)}
FAKE, REAL = partial(python, "signalr_fake", "websockets"), partial(foreign, "signalr_hub")
BOTH = pytest.mark.parametrize("serve", [FAKE, REAL], ids=["fake", "aiosignalr"])


def hub(server: Program) -> str:
    return f"{server.url}/hub"


def also(*settings: str, **options: Any) -> dict[str, Any]:
    return {**SAYING, **options, "set": (*SAYING["set"], *settings)}


@pytest.mark.parametrize(("driver", "subscribers"), DRIVERS)
@BOTH
def test_every_broadcast_is_accounted_for(serve: Serve, driver: str, subscribers: int) -> None:
    with serve() as server:
        check_exact(broadcasts(hub(server), driver, subscribers, **SAYING), subscribers)


def test_several_messages_in_one_frame_are_accounted_for_each() -> None:
    with FAKE() as server:
        found = broadcasts(hub(server), "picows", 20, **{**SAYING, "rate": 1000.0, "duration": 0.05})
    check_exact(found, 20)


def test_a_token_is_said_and_stands_in_no_output() -> None:
    with FAKE(token="sesame-17") as server:
        found = run("connect", hub(server), connections=3, duration=0.1, **also("token=sesame-17"))
    assert (found.connections.opened, found.connections.failed) == (3, 0)
    assert found.plan["set"][-1] == "token=…"


def test_a_refused_login_is_told() -> None:
    with FAKE(token="sesame-17") as server, pytest.raises(TargetError) as raised:
        run("connect", hub(server), connections=3, duration=0.1, **also("token=wrong-4711"))
    assert "http 401 (3)" in str(raised.value)
    assert "4711" not in str(raised.value)


def test_who_is_not_let_into_a_group_is_told_in_the_server_s_words() -> None:
    with REAL() as server, pytest.raises(TargetError, match=r"You may not join this group \(3\)"):
        run("connect", hub(server), connections=3, duration=0.1, **also(topic="closed"))


def test_a_method_that_is_unknown_is_told_in_the_server_s_words() -> None:
    with FAKE() as server:
        found = broadcasts(hub(server), "picows", 5, **also(event="Shout"))
    assert any("Unknown hub method 'Shout' (50)" in notice for notice in found.notices), found.notices


@BOTH
def test_every_server_answers_with_the_invocation_s_id(serve: Serve) -> None:
    with serve() as server:
        found = run("echo", hub(server), profile="signalr", event="Echo", duration=0.5)
    assert found.messages is not None
    messages = found.messages
    assert (messages.owed, messages.received, messages.duplicated, messages.unmarked) == (100, 100, 0, 0)


def test_who_says_nothing_is_dropped_and_who_pings_is_not() -> None:
    with FAKE(timeout=0.8) as server:
        silent = idle(hub(server), 1.6, **SAYING)
        found = idle(hub(server), 2.4, **also("ping=200ms"))
    assert silent.connections.close_reasons == {"1000 Connection closed with an error.": 10}
    assert (found.connections.opened, found.connections.dropped) == (10, 0)


def test_the_pings_keep_a_real_server_from_dropping_who_says_nothing() -> None:
    with REAL(client_timeout_interval=0.8, keep_alive_interval=0.3) as server:
        found = idle(hub(server), 2.4, **also("ping=200ms"))
    assert (found.connections.opened, found.connections.dropped) == (10, 0)


@BOTH
def test_the_death_of_the_server_is_told(serve: Serve) -> None:
    with serve() as server:
        found = killed_in_hold(server, hub(server), **SAYING)
    assert found.connections.close_reasons == {"1006": 11}
