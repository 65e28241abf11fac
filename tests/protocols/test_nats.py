"""NATS on nats-server."""

from typing import Any

import pytest

from tests.end_to_end.instrument import once_in_hold, run
from tests.protocols.brokers import nats_server
from wswarm.errors import PlanError, TargetError

pytestmark = pytest.mark.xdist_group("brokers")

TOPIC = {"profile": "nats", "topic": "room"}
BROADCASTS = {"connections": 100, "rate": 50, "duration": 1.0, "warmup": 0.0}
RESTRICTED = """
authorization {
  users = [{user: u, password: "p{}\\"w", permissions: {subscribe: ["room", "news"], publish: ["room"]}}]
}
"""
LOGIN = ("user=u", 'password=p{}"w')


def test_every_broadcast_comes_to_every_subscriber_though_frames_cut_them() -> None:
    with nats_server() as server:
        small = run("fanout", server.url, **TOPIC, **BROADCASTS)
        large = run(
            "fanout", server.url, **TOPIC, **{**BROADCASTS, "connections": 20}, size=50_000, publishers=2
        )
    for found, owed in ((small, 5_000), (large, 1_000)):
        messages = found.messages
        assert messages is not None
        assert (messages.owed, messages.received, messages.unmarked) == (owed, owed, 0)
        assert (messages.duplicated, messages.extra, messages.reordered) == (0, 0, 0)


def test_bursts_that_share_frames_are_exact() -> None:
    with nats_server() as server:
        found = run(
            "fanout",
            server.url,
            **TOPIC,
            connections=5,
            rate=2_000,
            size=5_000,
            duration=1.0,
            publishers=2,
            pacing="batched",
        )
    messages = found.messages
    assert messages is not None
    assert (messages.owed, messages.received, messages.unmarked) == (10_000, 10_000, 0)
    assert (messages.duplicated, messages.extra, messages.reordered) == (0, 0, 0)


def test_wildcards_are_subscribed_to() -> None:
    with nats_server() as server:
        found = run("fanout", server.url, profile="nats", topic="a.>", event="a.b", connections=5, rate=20)
    assert found.messages is not None
    assert (found.messages.owed, found.messages.received, found.messages.unmarked) == (50, 50, 0)


def test_both_drivers_and_all_payloads_will_do() -> None:
    with nats_server() as server:
        found = run(
            "fanout",
            server.url,
            **TOPIC,
            connections=10,
            rate=20,
            text='MSG a\r\nPING\r\n{"a":"{marker}"}',
            driver="websockets",
        )
        echoed = run("echo", server.url, **TOPIC, connections=10, rate=100, duration=1.0)
    assert found.messages is not None
    assert (found.messages.owed, found.messages.received, found.messages.unmarked) == (100, 100, 0)
    assert echoed.messages is not None
    assert (echoed.messages.owed, echoed.messages.received, echoed.messages.unmarked) == (100, 100, 0)


@pytest.mark.parametrize(
    "options",
    [{"closed": True}, {"json": '{"n":{marker:int}}'}, {"json": '{"n":{marker:int}}', "closed": True}],
)
def test_an_echo_may_wait_for_replies_and_carry_numbers(options: dict[str, Any]) -> None:
    with nats_server() as server:
        found = run("echo", server.url, **TOPIC, connections=10, rate=100, duration=1.0, **options)
    assert found.messages is not None
    assert (found.messages.owed, found.messages.received, found.messages.unmarked) == (100, 100, 0)


def test_credentials_are_told_and_refusals_are_in_the_server_s_words() -> None:
    with nats_server(RESTRICTED) as server:
        found = run("fanout", server.url, **TOPIC, set=LOGIN, connections=5, rate=20)
        with pytest.raises(TargetError) as refused_login:
            run("connect", server.url, **TOPIC, set=("user=u", "password=q"), connections=3)
        with pytest.raises(TargetError) as refused_topic:
            run("connect", server.url, profile="nats", topic="other", set=LOGIN, connections=3)
        read_only = run(
            "fanout", server.url, profile="nats", topic="news", set=LOGIN, connections=3, drain=0.2
        )
    assert found.messages is not None
    assert found.messages.received == found.messages.owed == 50
    assert "Authorization Violation (3)" in str(refused_login.value)
    assert 'Permissions Violation for Subscription to "other" (3)' in str(refused_topic.value)
    assert 'Permissions Violation for Publish to "news"' in read_only.notices[0]
    assert read_only.validity.verdict == "invalid"


def test_idle_connections_answer_the_server_s_pings() -> None:
    with nats_server('ping_interval: "500ms"', "ping_max: 1") as server:
        found = run("connect", server.url, **TOPIC, connections=5, duration=4.0)
        loaded = run("fanout", server.url, **TOPIC, connections=5, rate=200, duration=4.0)
    assert (found.connections.opened, found.connections.dropped) == (5, 0)
    assert loaded.connections.dropped == 0
    assert loaded.messages is not None
    assert loaded.messages.received == loaded.messages.owed
    assert loaded.messages.unmarked == 0


def test_a_server_that_ends_says_so() -> None:
    with nats_server() as server:
        found = run("fanout", server.url, once_in_hold(server.stop), **TOPIC, connections=5, duration=2.0)
    assert found.connections.dropped == 6
    assert "1001 Server Shutdown" in found.connections.close_reasons  # or it hangs up before it has said so


def test_a_subject_that_is_none_is_told() -> None:
    with pytest.raises(PlanError, match="--topic 'a b' is no subject"):
        run("connect", "ws://127.0.0.1:1", profile="nats", topic="a b")
