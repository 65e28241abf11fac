"""GraphQL subscriptions on graphql-ws."""

from typing import Any

import pytest

from tests.end_to_end.instrument import run
from tests.protocols.measured import DRIVERS, broadcasts, check_exact, idle, killed_in_hold
from tests.protocols.programs import foreign, node
from wswarm.errors import TargetError

SAYING: dict[str, Any] = {
    "profile": "graphql",
    "set": ("subscription=subscription{said}", "mutation=mutation($text:String){say(text:$text)}"),
}


def also(*settings: str, **options: Any) -> dict[str, Any]:
    return {**SAYING, "set": (*SAYING["set"], *settings), **options}


@pytest.mark.parametrize(("driver", "subscribers"), DRIVERS)
def test_every_broadcast_is_accounted_for(driver: str, subscribers: int) -> None:
    with node("graphql") as server:
        check_exact(broadcasts(server.url, driver, subscribers, **SAYING), subscribers)


def test_the_load_begins_when_every_subscriber_has_had_a_message() -> None:
    with node("graphql", late=800) as server:
        found = broadcasts(server.url, "picows", 20, **SAYING)
    check_exact(found, 20)


def test_who_never_has_one_has_failed() -> None:
    with node("graphql", late=60_000) as server, pytest.raises(TargetError, match=r"no canary \(3\)"):
        run("fanout", server.url, connections=3, connect_timeout=1.0, **SAYING)


def test_a_login_is_said_and_stands_in_no_output() -> None:
    with node("graphql", token="sesame-17") as server:
        found = run("connect", server.url, connections=3, duration=0.1, **also('auth={"token":"sesame-17"}'))
    assert (found.connections.opened, found.connections.failed) == (3, 0)
    assert found.plan["set"][-1] == "auth=…"


def test_a_refused_login_is_told_by_its_code_and_reason() -> None:
    with node("graphql", token="sesame-17") as server, pytest.raises(TargetError) as raised:
        run("connect", server.url, connections=3, duration=0.1, **also('auth={"token":"wrong-4711"}'))
    assert str(raised.value).startswith("no connection became ready: closed 4403 Forbidden (3)")
    assert "4711" not in str(raised.value)


def test_a_refused_subscription_is_told_in_the_server_s_words() -> None:
    settings = ('subscription=subscription{said(room:"{topic}")}', SAYING["set"][1])
    with node("graphql") as server, pytest.raises(TargetError) as raised:
        run(
            "fanout",
            server.url,
            connections=3,
            connect_timeout=1.0,
            **{**SAYING, "set": settings, "topic": "closed"},
        )
    assert "You may not read this room" in str(raised.value)


def test_a_refused_mutation_is_told_in_the_server_s_words() -> None:
    settings = (SAYING["set"][0], "mutation=mutation($text:String){shout(text:$text)}")
    with node("graphql") as server, pytest.raises(TargetError) as raised:
        run("fanout", server.url, connections=3, connect_timeout=1.0, **{**SAYING, "set": settings})
    assert 'Cannot query field "shout"' in str(raised.value)


@pytest.mark.parametrize("settings", [(), ("query=query($text:String){echo(text:$text)}",)])
def test_every_server_answers_with_the_operation_s_id(settings: tuple[str, ...]) -> None:
    with node("graphql") as server:
        found = run("echo", server.url, profile="graphql", set=settings, duration=0.5)
    assert found.messages is not None
    messages = found.messages
    assert (messages.owed, messages.received, messages.duplicated, messages.unmarked) == (100, 100, 0, 0)


@pytest.mark.parametrize("query", ["query{nothing}", "query{echo(text:1)}"])
def test_an_error_is_no_reply(query: str) -> None:
    with node("graphql") as server:
        found = run("echo", server.url, profile="graphql", set=(f"query={query}",), duration=0.5, drain=0.5)
    assert found.messages is not None
    assert (found.messages.received, found.messages.lost.silent) == (0, 100)
    assert any("the target said no" in notice for notice in found.notices), found.notices


def test_who_says_nothing_is_not_dropped_for_it() -> None:
    with node("graphql", keepAlive=600) as server:
        found = idle(server.url, 2.0, **SAYING)
    assert (found.connections.opened, found.connections.dropped) == (10, 0)


def test_the_death_of_the_server_is_told() -> None:
    with node("graphql") as server:
        found = killed_in_hold(server, server.url, **SAYING)
    assert found.connections.dropped == 11
    assert found.connections.close_reasons == {"1006": 11}


@pytest.mark.parametrize(("driver", "subscribers"), DRIVERS)
def test_broadcasts_of_another_server_are_accounted_for(driver: str, subscribers: int) -> None:
    saying = {**SAYING, "set": (SAYING["set"][0], "mutation=mutation($text:String!){say(text:$text)}")}
    with foreign("strawberry_graphql") as server:
        check_exact(broadcasts(server.url, driver, subscribers, **saying), subscribers)


def test_the_older_protocol_is_spoken_too() -> None:
    """To a server that takes mutations by HTTP alone there."""
    with foreign("strawberry_graphql") as server:
        found = broadcasts(
            server.url,
            "picows",
            100,
            profile="graphql-legacy",
            set=("subscription=subscription{said}",),
            publish=f"POST http://127.0.0.1:{server.port}/graphql",
            publish_body='{"query":"mutation{say(text:\\"{marker}\\")}"}',
        )
    messages = found.messages
    assert messages is not None
    assert (found.connections.opened, found.connections.failed) == (100, 0)
    assert (messages.sent, messages.owed, messages.received) == (50, 5000, 5000)
    assert (messages.duplicated, messages.extra, messages.unmarked) == (0, 0, 0)


def test_an_error_of_the_older_protocol_is_no_reply() -> None:
    with foreign("strawberry_graphql") as server:
        found = run("echo", server.url, profile="graphql-legacy", duration=0.5, drain=0.5)
    assert found.messages is not None
    assert (found.messages.received, found.messages.lost.silent) == (0, 100)
    assert any("queries are not allowed" in notice for notice in found.notices), found.notices


def test_a_refused_subscription_of_the_older_protocol_is_told() -> None:
    with foreign("strawberry_graphql") as server:
        found = run(
            "connect",
            server.url,
            connections=3,
            duration=0.5,
            profile="graphql-legacy",
            set=("subscription=subscription{nothing}",),
        )
    assert any("Cannot query field 'nothing'" in notice for notice in found.notices), found.notices
