"""Phoenix Channels on a scripted fake, made from the specification."""

from functools import partial
from typing import Any

import pytest

from tests.end_to_end.instrument import run
from tests.protocols.measured import DRIVERS, broadcasts, check_exact, idle, killed_in_hold
from tests.protocols.programs import python
from wswarm.errors import TargetError
from wswarm.experiment.inspection import inspect
from wswarm.load.manner import Manner

SAYING: dict[str, Any] = {"profile": "phoenix", "topic": "room:1", "event": "say"}
FAKE = partial(python, "phoenix_fake", "websockets")


@pytest.mark.parametrize(("driver", "subscribers"), DRIVERS)
def test_every_broadcast_is_accounted_for(driver: str, subscribers: int) -> None:
    with FAKE() as server:
        check_exact(broadcasts(server.url, driver, subscribers, **SAYING), subscribers)


@pytest.mark.parametrize("json", [None, '{"body":"{marker}"}'])
def test_the_payload_is_an_object(json: str | None) -> None:
    with FAKE() as server:
        check_exact(broadcasts(server.url, "picows", 5, **SAYING, json=json), 5)


def test_a_server_may_write_its_json_with_spaces() -> None:
    with FAKE(is_spaced=True) as server:
        check_exact(broadcasts(server.url, "picows", 5, **SAYING), 5)
        with pytest.raises(TargetError, match="unmatched topic"):
            run("connect", server.url, connections=3, duration=0.1, **{**SAYING, "topic": "room:closed"})


def test_what_connection_and_join_want_is_said_and_stands_in_no_output() -> None:
    secrets = ("token=user-17", 'auth={"token":"sesame-17"}')
    with FAKE(token="sesame-17", user="user-17") as server:
        found = broadcasts(server.url, "picows", 5, **SAYING, set=secrets)
    check_exact(found, 5)
    assert found.plan["set"] == ["token=…", "auth=…"]


def test_a_refused_connection_is_told() -> None:
    with FAKE(user="user-17") as server, pytest.raises(TargetError, match=r"http 403 \(3\)"):
        run("connect", server.url, connections=3, duration=0.1, **SAYING)


@pytest.mark.parametrize(
    ("options", "words"),
    [({"set": ('auth={"token":"wrong"}',)}, "unauthorized"), ({"topic": "room:closed"}, "unmatched topic")],
)
def test_a_refused_join_is_told_in_the_server_s_words(options: dict[str, Any], words: str) -> None:
    with FAKE() as server, pytest.raises(TargetError) as raised:
        run("connect", server.url, connections=3, duration=0.1, **{**SAYING, **options})
    assert str(raised.value).startswith(f"no connection became ready: {words} (3)")


def test_a_channel_that_crashes_is_told() -> None:
    with FAKE() as server:
        found = broadcasts(server.url, "picows", 5, **{**SAYING, "event": "crash"})
    assert any("the channel crashed (50)" in notice for notice in found.notices), found.notices


def test_every_server_answers_with_the_push_s_reference() -> None:
    with FAKE() as server:
        found = run("echo", server.url, **{**SAYING, "event": "ask"}, duration=0.5)
    assert found.messages is not None
    messages = found.messages
    assert (messages.owed, messages.received, messages.duplicated, messages.unmarked) == (100, 100, 0, 0)


def test_who_says_nothing_is_not_dropped_for_it() -> None:
    with FAKE(timeout=0.8) as server:
        silent = idle(server.url, 1.6, **SAYING)
        found = idle(server.url, 2.4, **SAYING, set=("heartbeat=200ms",))
    assert silent.connections.dropped == 10
    assert (found.connections.opened, found.connections.dropped) == (10, 0)


def test_the_death_of_the_server_is_told() -> None:
    with FAKE() as server:
        found = killed_in_hold(server, server.url, **SAYING)
    assert found.connections.close_reasons == {"1006": 11}


def test_a_look_tells_it_though_nothing_is_said_before_there_is_a_topic() -> None:
    with FAKE() as server:
        found = inspect(Manner(url=server.url), 2.0)
    assert [name for name, (is_spoken, _) in found.spoken.items() if is_spoken] == ["phoenix"]
