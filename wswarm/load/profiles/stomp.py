"""STOMP 1.2: RabbitMQ's web_stomp, ActiveMQ, Spring.

Source: stomp.github.io/stomp-specification-1.2.html.
"""

from collections.abc import Mapping

import msgspec

from wswarm.errors import PlanError
from wswarm.load.profiles.protocol import Line, Protocol, Refusal, Setting, Timer
from wswarm.load.profiles.stomp_reader import HEARTBEAT, StompReader
from wswarm.units import parse_duration

_MS_PER_S = 1000
_CREDENTIALS = {"user": "login", "password": "passcode"}


def frame(text: bytes) -> bytes:
    """Return a frame as it is sent: headers escaped (not those of CONNECT), a body's size said, an octet 0 behind.

    Heart-beats are as they are, and so are frames without a body that have that octet.
    """
    if text == HEARTBEAT or (text.endswith(b"\0") and not text.startswith(b"SEND\n")):
        return text
    head, _, body = text.partition(b"\n\n")
    name, *headers = head.split(b"\n")
    if name != b"CONNECT":
        headers = [_escaped(one) for one in headers]
    if name == b"SEND":
        headers.append(b"content-length:%d" % len(body))
    return b"\n".join((name, *headers, b"", body)) + b"\0"


def _escaped(header: bytes) -> bytes:
    key, _, value = header.partition(b":")
    return key + b":" + value.replace(b"\\", b"\\\\").replace(b":", b"\\c")


def _derive(values: Mapping[str, str]) -> Mapping[str, str]:
    """Return where publishers send to, and credentials and heart-beat as they stand in CONNECT.

    Raises:
        PlanError: a value can't stand in a header.
    """
    for name in ("topic", "event", "user", "password", "host"):
        if "\n" in values.get(name, ""):
            raise PlanError(
                f"the {name} of profile stomp holds a line break, which no header can: leave it out"
            )
    given = {key: values[name] for name, key in _CREDENTIALS.items() if values.get(name)}
    return {
        "destination": values.get("event") or values.get("topic", ""),
        "credentials": "".join(f"\n{key}:{one}" for key, one in given.items()),
        "interval": str(round(parse_duration(values["heartbeat"]) * _MS_PER_S)),
    }


_CONNECT = (
    Line("say", "CONNECT\naccept-version:1.2\nhost:{host}{credentials}\nheart-beat:{interval},0\n\n"),
    Line("expect", "/^CONNECTED/", "CONNECT"),
)

PROFILE = Protocol(
    name="stomp",
    about="STOMP 1.2: RabbitMQ's web_stomp, ActiveMQ, Spring",
    path="/ws",
    subprotocols=("v12.stomp",),
    settings={
        "topic": Setting("the destination, as in /topic/room"),
        "event": Setting("destination that publishers send to, if it is another"),
        "user": Setting("login"),
        "password": Setting("passcode", is_secret=True),
        "host": Setting("virtual host", default="/"),
        "heartbeat": Setting("between two heart-beats of ours; 0: none", default="10s"),
    },
    steps=(
        *_CONNECT,
        Line("say", "SUBSCRIBE\nid:0\ndestination:{topic}\nreceipt:subscribed\n\n", needs=("topic",)),
        Line("expect", "/^RECEIPT\\r?\\nreceipt-id:subscribed/", "SUBSCRIBE", needs=("topic",)),
    ),
    inspection=(
        Line("say", "BEGIN\ntransaction:inspect\nreceipt:inspect\n\n"),  # the simple broker knows none
        Line("expect", "/^RECEIPT/"),
    ),
    publisher_steps=_CONNECT,
    subscriber_needs=("topic",),
    sender_needs=("topic",),
    message="SEND\ndestination:{destination}\n\n{payload}",
    echo="SEND\ndestination:{topic}\nreceipt:{marker}\n\n{payload}",
    payload="text",
    timers=(Timer("{heartbeat}", "\n"),),
    refusals=(Refusal("/^ERROR\\r?\\n(?:[^\\r\\n]+\\r?\\n)*?message:([^\\r\\n]*)/"), Refusal("/^ERROR/")),
    chatter=("/^\\s*$/", "/^(?:CONNECTED|RECEIPT)/"),
    not_replies=("ERROR\n", "ERROR\r\n"),  # it may name the receipt that was asked for
    derive=_derive,
    wrap=frame,
    reader=lambda _: StompReader(),
)

SIMPLE = msgspec.structs.replace(
    PROFILE,
    name="stomp-simple",
    about="STOMP 1.2 without receipts: Spring's simple broker",
    steps=(*_CONNECT, Line("say", "SUBSCRIBE\nid:0\ndestination:{topic}\n\n", needs=("topic",))),
    inspection=(),
    instead_of="stomp",
    needs_canary=True,
    echo="",
    unlike={"echo": "it acknowledges nothing; use --profile stomp where there are receipts, or fanout"},
)
