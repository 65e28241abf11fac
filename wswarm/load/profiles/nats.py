"""NATS.

Source: docs.nats.io, reference/nats-protocol/nats-protocol.
"""

from collections.abc import Mapping

from wswarm.errors import PlanError
from wswarm.load.escaping import json_string
from wswarm.load.profiles.nats_reader import NatsReader
from wswarm.load.profiles.protocol import Line, Protocol, Refusal, Reply, Setting

_END = b"\r\n"
_CREDENTIALS = {"user": "user", "password": "pass", "token": "auth_token"}


def command(text: bytes) -> bytes:
    """Return a command as it is sent: with its end, a publication with the size of its payload."""
    if not text.startswith(b"PUB "):
        return text if text.endswith(_END) else text + _END
    head, _, payload = text.partition(_END)
    return b"%b %d\r\n%b\r\n" % (head, len(payload), payload)


def _derive(values: Mapping[str, str]) -> Mapping[str, str]:
    """Return where publishers publish to, and the credentials as they stand in CONNECT.

    Raises:
        PlanError: the topic or the event is no subject.
    """
    for name in ("topic", "event"):
        subject = values.get(name, "")
        if any(one.isspace() for one in subject):
            raise PlanError(f"--{name} {subject!r} is no subject: it may not hold spaces")
    given = {key: values[name] for name, key in _CREDENTIALS.items() if values.get(name)}
    return {
        "destination": values.get("event") or values.get("topic", ""),
        "credentials": "".join(f',"{key}":{json_string(one)}' for key, one in given.items()),
    }


_CONNECT = (
    Line("expect", "/^INFO /", "the WebSocket"),
    Line(
        "say",
        'CONNECT {"verbose":false,"pedantic":false,"tls_required":false,"echo":true,"lang":"python","version":"1"'
        ',"protocol":1,"name":"wswarm-{id}"{credentials}}',
    ),
    Line("say", "PING"),
    Line("expect", "/^PONG/", "CONNECT"),
)


def _subscribed(subject: str) -> tuple[Line, ...]:
    """Return the steps of one who subscribes: a PONG tells that all before its PING was done."""
    return (*_CONNECT, Line("say", f"SUB {subject} 1"), Line("say", "PING"), Line("expect", "/^PONG/", "SUB"))


PROFILE = Protocol(
    name="nats",
    about="NATS: nats-server",
    path="/",
    settings={
        "topic": Setting("the subject, which may have wildcards"),
        "event": Setting("subject that publishers publish to, if it is another"),
        "user": Setting("user name"),
        "password": Setting("password", is_secret=True),
        "token": Setting("token, where the server wants one", is_secret=True),
    },
    steps=_subscribed("{topic}"),
    publisher_steps=_CONNECT,
    echo_steps=_subscribed("{destination}.{id}"),
    subscriber_needs=("topic",),
    sender_needs=("topic",),
    message="PUB {destination}\r\n{payload}",
    echo="PUB {destination}.{id}\r\n{payload}",
    payload="text",
    answers=(Reply("/^PING$/", "PONG"),),
    refusals=(Refusal("/^-ERR '(.*)'/"),),
    chatter=("/^(?:INFO |PONG$|\\+OK$)/",),
    is_binary=True,
    derive=_derive,
    wrap=command,
    reader=lambda _: NatsReader(),
)
