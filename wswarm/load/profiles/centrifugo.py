"""Centrifugo and servers made with centrifuge: the JSON protocol, version 2.

Source: centrifugal.dev, docs/transports/client_protocol.
"""

from collections.abc import Mapping

from wswarm.load.escaping import json_string
from wswarm.load.profiles.protocol import Line, Protocol, Refusal, Reply, Setting


def _derive(values: Mapping[str, str]) -> Mapping[str, str]:
    """Return the token as it stands in connect."""
    token = values.get("token")
    return {"credentials": f'"token":{json_string(token)}' if token else ""}


_CONNECT = (
    Line("say", '{"id":1,"connect":{{credentials}}}'),
    Line("expect", '{"id":1,"connect":{}}', "connect"),
)


def _subscribed(channel: str) -> tuple[Line, ...]:
    return (
        *_CONNECT,
        Line("say", f'{{"id":2,"subscribe":{{"channel":"{channel}"}}}}', needs=("topic",)),
        Line("expect", '{"id":2,"subscribe":{}}', "subscribe", needs=("topic",)),
    )


PROFILE = Protocol(
    name="centrifugo",
    about="Centrifugo: its JSON protocol, version 2",
    path="/connection/websocket",
    settings={
        "topic": Setting("the channel"),
        "token": Setting("JWT of connect", is_secret=True),
    },
    steps=_subscribed("{topic|json}"),
    publisher_steps=_CONNECT,
    echo_steps=_subscribed("{topic|json}-{id}"),
    subscriber_needs=("topic",),
    message='{"id":3,"publish":{"channel":"{topic|json}","data":{payload}}}',
    echo='{"id":3,"publish":{"channel":"{topic|json}-{id}","data":{payload}}}',
    answers=(Reply("/^\\{\\}$/", "{}"),),
    refusals=(
        Refusal('/"error":\\{"code":[1-9]/', "$.error.message"),  # one of JSON-RPC's is below 0
        Refusal('{"push":{"disconnect":{}}}', "$.push.disconnect.reason"),
    ),
    chatter=(
        '/^\\{"id":\\d+,"(?:connect|subscribe|publish)":/',
        '/^\\{"push":\\{"channel":"[^"]*","(?:join|leave|subscribe|unsubscribe)":/',
    ),
    ends="line",
    derive=_derive,
)
