"""Socket.IO 4 on its own server and on python-socketio."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest

from tests.end_to_end.instrument import run
from tests.protocols.measured import DRIVERS, broadcasts, check_exact, idle, killed_in_hold
from tests.protocols.programs import Program, node, python
from wswarm.errors import TargetError

Serve = Callable[..., AbstractContextManager[Program]]

CHAT: dict[str, Any] = {"profile": "socketio", "topic": "lobby", "event": "say", "set": ("join=join",)}
NODE, PYTHON = partial(node, "socketio"), partial(python, "python_socketio", "socketio")
BOTH = pytest.mark.parametrize("serve", [NODE, PYTHON], ids=["node", "python"])


def with_token(token: str) -> dict[str, Any]:
    return {**CHAT, "set": ("join=join", f'auth={{"token":"{token}"}}')}


@pytest.mark.parametrize(("driver", "subscribers"), DRIVERS)
@BOTH
def test_every_broadcast_is_accounted_for(serve: Serve, driver: str, subscribers: int) -> None:
    with serve() as server:
        check_exact(broadcasts(server.url, driver, subscribers, **CHAT), subscribers)


@BOTH
def test_a_login_is_said_and_stands_in_no_output(serve: Serve) -> None:
    with serve(token="sesame-17") as server:
        found = run("connect", server.url, connections=3, duration=0.1, **with_token("sesame-17"))
    assert (found.connections.opened, found.connections.failed) == (3, 0)
    assert found.plan["set"] == ["join=join", "auth=…"]


@BOTH
def test_a_refused_login_is_told_in_the_server_s_words(serve: Serve) -> None:
    with serve(token="sesame-17") as server, pytest.raises(TargetError) as raised:
        run("connect", server.url, connections=3, duration=0.1, **with_token("wrong-4711"))
    assert str(raised.value).startswith("no connection became ready: Not authorized (3)")
    assert "4711" not in str(raised.value)


@BOTH
def test_an_unknown_namespace_is_told_in_the_server_s_words(serve: Serve) -> None:
    with serve() as server, pytest.raises(TargetError, match=r"Invalid namespace|Unable to connect"):
        run("connect", server.url, connections=2, duration=0.1, **{**CHAT, "set": ("namespace=/none",)})


def test_a_namespace_of_its_own_is_spoken_to() -> None:
    with NODE() as server:
        found = broadcasts(server.url, "picows", 10, **{**CHAT, "set": ("join=join", "namespace=/admin")})
    check_exact(found, 10)


def test_who_is_not_let_into_a_room_is_told() -> None:
    with NODE() as server, pytest.raises(TargetError, match="disconnected by the server"):
        run("connect", server.url, connections=2, duration=0.1, **{**CHAT, "topic": "closed"})


def test_an_event_that_is_not_acknowledged_is_named() -> None:
    options = {**CHAT, "set": ("join=enter",), "connect_timeout": 0.5}
    with NODE() as server, pytest.raises(TargetError, match=r"no answer to enter \(2\)"):
        run("connect", server.url, connections=2, duration=0.1, **options)


@pytest.mark.parametrize(
    ("serve", "often"),
    [
        (NODE, {"pingInterval": 300, "pingTimeout": 200}),
        (PYTHON, {"ping_interval": 0.3, "ping_timeout": 0.2}),
    ],
    ids=["node", "python"],
)
def test_who_says_nothing_is_not_dropped_for_it(serve: Serve, often: dict[str, float]) -> None:
    with serve(**often) as server:
        found = idle(server.url, 2.0, **CHAT)
    assert (found.connections.opened, found.connections.dropped) == (10, 0)


def test_who_waits_for_an_acknowledgement_answers_pings_meanwhile() -> None:
    with NODE(late=1500, pingInterval=400, pingTimeout=400) as server:
        found = run("connect", server.url, connections=3, duration=0.2, **CHAT)
    assert (found.connections.opened, found.connections.failed) == (3, 0)
    assert found.messages is None or found.messages.protocol >= 3


@BOTH
def test_replies_of_an_application_that_answers_the_sender_are_timed(serve: Serve) -> None:
    with serve() as server:
        found = run("echo", server.url, profile="socketio", event="echo", duration=0.5)
    assert found.messages is not None
    assert (found.messages.owed, found.messages.received, found.messages.unmarked) == (100, 100, 0)


@BOTH
@pytest.mark.parametrize("driver", ["picows", "websockets"])
def test_binary_messages_are_attachments(serve: Serve, driver: str) -> None:
    binary = {"text": "{marker}\xff\x00", "binary": True}
    with serve() as server:
        check_exact(broadcasts(server.url, driver, 20, **CHAT, **binary), 20)
        found = run("echo", server.url, profile="socketio", event="echo", duration=0.5, **binary)
    assert found.messages is not None
    assert (found.messages.owed, found.messages.received, found.messages.unmarked) == (100, 100, 0)


@BOTH
def test_the_death_of_the_server_is_told(serve: Serve) -> None:
    with serve() as server:
        found = killed_in_hold(server, server.url, **CHAT)
    assert found.connections.dropped == 11
    assert found.connections.close_reasons == {"1006": 11}
