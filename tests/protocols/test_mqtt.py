"""MQTT 3.1.1 and 5 on mosquitto, aedes and nats-server."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.instrument import once_in_hold, run
from tests.protocols.brokers import mosquitto, nats_server_mqtt
from tests.protocols.programs import node
from wswarm.errors import PlanError, TargetError

pytestmark = pytest.mark.xdist_group("brokers")

TOPIC = {"profile": "mqtt", "topic": "a/room"}
BROADCASTS = {"connections": 100, "rate": 50, "duration": 1.0, "warmup": 0.0}
Server = Callable[[], AbstractContextManager[Any]]


@contextmanager
def aedes(**parameters: Any) -> Iterator[Any]:
    """aedes, which cuts packets into several frames."""
    with node("aedes", **parameters) as server:
        yield server


def counts(found: Any) -> tuple[int, ...]:
    """What was owed and came, and what came beside it."""
    messages = found.messages
    return (
        messages.owed,
        messages.received,
        messages.unmarked,
        messages.duplicated,
        messages.extra,
        messages.reordered,
    )


@pytest.mark.parametrize(
    ("server", "settings"),
    [
        (mosquitto, ()),
        (mosquitto, ("qos=1",)),
        (mosquitto, ("version=5",)),
        (mosquitto, ("version=5", "qos=1")),
        (aedes, ()),
        (aedes, ("qos=1",)),
        (nats_server_mqtt, ()),
        (nats_server_mqtt, ("qos=1",)),
    ],
)
def test_every_broadcast_comes_to_every_subscriber(server: Server, settings: tuple[str, ...]) -> None:
    with server() as broker:
        found = run("fanout", broker.url, **TOPIC, **BROADCASTS, set=settings)
    assert found.connections.opened == 101
    assert counts(found) == (5_000, 5_000, 0, 0, 0, 0)


def test_steps_of_one_s_own_are_packets_as_text() -> None:
    steps = (
        ("say", "SUBSCRIBE\n4\n0\nother"),
        ("expect", "/^SUBACK 0$/"),
        ("say", "PINGREQ"),
        ("expect", "PINGRESP"),
    )
    with mosquitto() as broker:
        found = run("connect", broker.url, **TOPIC, connections=3, duration=0.2, steps=steps)
    assert (found.connections.opened, found.connections.failed) == (3, 0)


def test_a_filter_is_subscribed_to_and_one_of_its_topics_published_to() -> None:
    with mosquitto() as broker:
        found = run(
            "fanout", broker.url, profile="mqtt", topic="a/+/#", event="a/b/c", connections=5, rate=20
        )
    assert counts(found) == (50, 50, 0, 0, 0, 0)


@pytest.mark.parametrize("settings", [("qos=1",), ("version=5",)])
def test_an_echo_is_a_topic_of_one_s_own(settings: tuple[str, ...]) -> None:
    with mosquitto() as broker:
        found = run(
            "echo",
            broker.url,
            **TOPIC,
            connections=10,
            rate=100,
            size=3_000,
            driver="websockets",
            set=settings,
        )
    assert counts(found)[:3] == (50, 50, 0)


@pytest.mark.parametrize(("version", "words"), [("4", "CONNACK 5 (3)"), ("5", "CONNACK 135 (3)")])
def test_a_refused_login_is_told_by_its_code(version: str, words: str, tmp_path: Path) -> None:
    with mosquitto("allow_anonymous false") as broker, pytest.raises(TargetError) as raised:
        run("connect", broker.url, **TOPIC, connections=3, set=(f"version={version}", "user=u", "password=p"))
    assert str(raised.value).startswith(f"no connection became ready: {words}")


def test_a_login_that_is_right_is_let_in_and_a_refused_subscription_is_told() -> None:
    with aedes(user="u", password="p{}", refused="secret") as broker:
        login = ("user=u", "password=p{}")
        found = run("fanout", broker.url, **TOPIC, connections=3, rate=20, set=login)
        with pytest.raises(TargetError) as raised:
            run("connect", broker.url, profile="mqtt", topic="secret", connections=3, set=login)
        with pytest.raises(TargetError) as refused:
            run("connect", broker.url, **TOPIC, connections=3, set=("user=u", "password=q"))
    assert counts(found)[:3] == (30, 30, 0)
    assert "SUBACK 128 (3)" in str(raised.value)
    assert "CONNACK 5 (3)" in str(refused.value)


@pytest.mark.parametrize(("settings", "told"), [((), []), (("version=5", "qos=1"), ["PUBACK 135"])])
def test_an_acl_of_mosquitto_refuses_no_subscription_and_publishing_only_where_it_is_acknowledged(
    settings: tuple[str, ...], told: list[str], tmp_path: Path
) -> None:
    acl = tmp_path / "acl"
    acl.write_text("topic readwrite b/#\n")
    with mosquitto(f"acl_file {acl}") as broker:
        found = run("fanout", broker.url, **TOPIC, connections=3, rate=20, drain=0.3, set=settings)
    assert found.connections.opened == 4
    assert counts(found)[:2] == (30, 0)
    assert found.validity.verdict == "invalid"
    assert all(any(words in notice for notice in found.notices) for words in told)


def test_idle_connections_are_kept() -> None:
    with mosquitto() as broker:
        found = run("connect", broker.url, **TOPIC, connections=5, duration=4.0, set=("keepalive=1",))
        without = run("connect", broker.url, **TOPIC, connections=5, duration=1.0, set=("keepalive=0",))
    assert (found.connections.opened, found.connections.dropped) == (5, 0)
    assert without.connections.dropped == 0


@pytest.mark.parametrize("version", ["4", "5"])
def test_a_broker_that_ends_is_told(version: str) -> None:
    with mosquitto() as broker:
        found = run(
            "fanout",
            broker.url,
            once_in_hold(broker.stop),
            **TOPIC,
            connections=5,
            duration=2.0,
            set=(f"version={version}",),
        )
    assert found.connections.close_reasons == {"1006": 6}


def test_a_client_identifier_that_two_have_costs_the_first_its_connection() -> None:
    with mosquitto() as broker:
        found = run("connect", broker.url, **TOPIC, connections=3, duration=0.5, set=("client=same",))
    assert found.connections.failed + found.connections.dropped == 2


def test_a_filter_can_not_be_published_to() -> None:
    with pytest.raises(PlanError, match=r"'a/#' is many topics: .* with --event"):
        run("fanout", "ws://127.0.0.1:1", profile="mqtt", topic="a/#")


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("version=3", "--set version=3: choose one of 4, 5"),
        ("qos=2", "--set qos=2: choose one of 0, 1"),
        ("keepalive=1.5", "must be whole seconds"),
        ("keepalive=x", "is not a duration"),
        ("user=a\nb", "holds a line break"),
        ("nothing=1", "no such setting"),
    ],
)
def test_settings_that_can_not_be_are_told(setting: str, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        run("connect", "ws://127.0.0.1:1", **TOPIC, set=(setting,))
