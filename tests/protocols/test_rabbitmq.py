"""STOMP and MQTT on RabbitMQ."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.end_to_end.instrument import once_in_hold, run
from tests.protocols.brokers import Rabbit, rabbitmq
from wswarm.errors import TargetError

pytestmark = pytest.mark.xdist_group("rabbitmq")

STOMP = {"profile": "stomp", "topic": "/topic/room", "set": ("user=guest", "password=guest")}
MQTT = {"profile": "mqtt", "topic": "a/room"}
BROADCASTS = {"connections": 100, "rate": 50, "duration": 1.0, "warmup": 0.0}
IDLE_S = 3


@pytest.fixture(scope="module")
def rabbit() -> Iterator[Rabbit]:
    """A broker that ends what has been idle for 3 s, whatever its heart-beat."""
    idle = [f"web_{one}.ws_opts.idle_timeout = {IDLE_S * 1000}" for one in ("stomp", "mqtt")]
    with rabbitmq(*idle) as broker:
        yield broker


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


@pytest.mark.parametrize("driver", ["picows", "websockets"])
def test_every_stomp_broadcast_comes_to_every_subscriber(driver: str, rabbit: Rabbit) -> None:
    less = {"connections": 20} if driver == "websockets" else {}
    found = run("fanout", rabbit.stomp, **STOMP, **{**BROADCASTS, **less}, driver=driver)
    owed = 50 * found.plan["connections"]
    assert counts(found) == (owed, owed, 0, 0, 0, 0)


def test_a_stomp_payload_may_hold_what_frames_end_with(rabbit: Rabbit) -> None:
    text = "a\\0b\\n\\n{marker}\\nMESSAGE\\n\\n\\0"
    found = run("fanout", rabbit.stomp, **STOMP, connections=5, rate=20, text=text, escape=True)
    assert counts(found) == (50, 50, 0, 0, 0, 0)


def test_a_receipt_is_the_echo_of_stomp(rabbit: Rabbit) -> None:
    found = run("echo", rabbit.stomp, **STOMP, connections=10, rate=100, size=500)
    assert counts(found)[:3] == (50, 50, 0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"set": ("user=guest", "password=no")}, "Bad CONNECT (3)"),
        ({"topic": "/nowhere/a"}, "Unknown destination (3)"),
    ],
)
def test_stomp_refusals_are_in_the_server_s_words(
    options: dict[str, Any], words: str, rabbit: Rabbit
) -> None:
    with pytest.raises(TargetError) as raised:
        run("connect", rabbit.stomp, **{**STOMP, **options}, connections=3)
    assert str(raised.value).startswith(f"no connection became ready: {words}")


def test_idle_stomp_connections_are_kept_by_heart_beats_and_only_by_them(rabbit: Rabbit) -> None:
    login = STOMP["set"]
    found = run(
        "connect", rabbit.stomp, **{**STOMP, "set": (*login, "heartbeat=1s")}, connections=5, duration=8.0
    )
    without = run(
        "connect", rabbit.stomp, **{**STOMP, "set": (*login, "heartbeat=0")}, connections=2, duration=8.0
    )
    assert (found.connections.opened, found.connections.dropped) == (5, 0)
    assert without.connections.dropped == 2


@pytest.mark.parametrize("quality", ["0", "1"])
def test_every_mqtt_broadcast_comes_to_every_subscriber(quality: str, rabbit: Rabbit) -> None:
    found = run("fanout", rabbit.mqtt, **MQTT, **BROADCASTS, set=(f"qos={quality}",))
    assert counts(found) == (5_000, 5_000, 0, 0, 0, 0)


def test_idle_mqtt_connections_are_kept_and_refusals_told(rabbit: Rabbit) -> None:
    found = run("connect", rabbit.mqtt, **MQTT, connections=5, duration=8.0, set=("keepalive=1",))
    assert (found.connections.opened, found.connections.dropped) == (5, 0)
    with pytest.raises(TargetError) as raised:
        run("connect", rabbit.mqtt, **MQTT, connections=3, set=("user=guest", "password=no"))
    assert "closed 1002 unauthenticated (3)" in str(raised.value)


def test_a_broker_that_ends_is_told(rabbit: Rabbit) -> None:
    """The last one, as it ends the broker of all."""
    end = once_in_hold(rabbit.broker.stop)
    found = run("fanout", rabbit.stomp, end, **STOMP, connections=5, duration=3.0)
    assert found.connections.dropped == 6
    assert found.connections.close_reasons
