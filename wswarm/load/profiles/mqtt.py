"""MQTT 3.1.1 and 5: mosquitto, RabbitMQ's web_mqtt, aedes, EMQX, nats-server.

Sources: docs.oasis-open.org/mqtt/mqtt/v3.1.1/os, docs.oasis-open.org/mqtt/mqtt/v5.0/os.
"""

from collections.abc import Iterable, Mapping

from wswarm.errors import PlanError
from wswarm.load.profiles.mqtt_packets import VERSION_3, VERSION_5, Numbered
from wswarm.load.profiles.mqtt_reader import MqttReader
from wswarm.load.profiles.mqtt_text import packet_of
from wswarm.load.profiles.protocol import Line, Protocol, Refusal, Setting, Timer
from wswarm.units import parse_duration

_LONGEST_S = 0xFFFF
_WILDCARDS = "#+"
_CHOICES = {"version": (str(VERSION_3), str(VERSION_5)), "qos": ("0", "1")}


def _derive(values: Mapping[str, str]) -> Mapping[str, str]:
    """Return where publishers publish to, and the keep-alive in whole seconds.

    Raises:
        PlanError: a setting can't be.
    """
    for name, choices in _CHOICES.items():
        if values[name] not in choices:
            raise PlanError(f"--set {name}={values[name]}: choose one of {', '.join(choices)}")
    for name in ("topic", "event", "user", "client"):
        if "\n" in values.get(name, ""):
            raise PlanError(f"the {name} of profile mqtt holds a line break: leave it out")
    keepalive = parse_duration(values["keepalive"])
    if keepalive != int(keepalive) or keepalive > _LONGEST_S:
        raise PlanError(f"--set keepalive={values['keepalive']} must be whole seconds, {_LONGEST_S} at most")
    destination = values.get("event") or values.get("topic", "")
    if any(one in destination for one in _WILDCARDS):
        raise PlanError(f"{destination!r} is many topics: name one that publishers publish to with --event")
    return {"seconds": str(int(keepalive)), "destination": destination}


def _numbered(parts: tuple[bytes, ...], values: Mapping[str, str]) -> Iterable[bytes]:
    return Numbered(parts) if values["qos"] != "0" else parts


_CONNECT = (
    Line("say", "CONNECT\n{version}\n{seconds}\n{client}\n{user}\n{password}"),
    Line("expect", "/^CONNACK 0/", "CONNECT"),
)


def _subscribed(topic: str) -> tuple[Line, ...]:
    return (
        *_CONNECT,
        Line("say", f"SUBSCRIBE\n{{version}}\n{{qos}}\n{topic}", needs=("topic",)),
        Line("expect", "/^SUBACK [012]$/", "SUBSCRIBE", needs=("topic",)),
    )


PROFILE = Protocol(
    name="mqtt",
    about="MQTT 3.1.1 and 5: mosquitto, RabbitMQ's web_mqtt, aedes, EMQX, nats-server",
    path="/mqtt",
    subprotocols=("mqtt",),
    settings={
        "topic": Setting("the topic, or a filter"),
        "event": Setting("topic that publishers publish to, if it is another"),
        "user": Setting("user name", default=""),
        "password": Setting("password", default="", is_secret=True),
        "version": Setting("4 (3.1.1) or 5", default="4"),
        "qos": Setting("0 or 1, of publishing and subscribing", default="0"),
        "keepalive": Setting("s between two PINGREQ; 0: none", default="30"),
        "client": Setting("client identifier, another for each connection", default="w-{id}"),
    },
    steps=_subscribed("{topic}"),
    publisher_steps=_CONNECT,
    echo_steps=_subscribed("{destination}/{id}"),
    subscriber_needs=("topic",),
    sender_needs=("topic",),
    message="PUBLISH\n{version}\n{qos}\n{destination}\n{payload}",
    echo="PUBLISH\n{version}\n{qos}\n{destination}/{id}\n{payload}",
    payload="text",
    timers=(Timer("{keepalive}", "PINGREQ"),),
    refusals=(
        Refusal("/^(CONNACK [1-9]\\d*)/"),
        Refusal("/^(SUBACK 1\\d\\d)/"),
        Refusal("/^(PUBACK 1[2-9]\\d)/"),
        Refusal("/^(DISCONNECT(?: [1-9]\\d*)?)$/"),
    ),
    chatter=("/^(?:CONNACK|SUBACK|PUBACK|PINGRESP)/",),
    is_binary=True,
    derive=_derive,
    wrap=packet_of,
    reader=lambda values: MqttReader(int(values["version"])),
    vary=_numbered,
)
