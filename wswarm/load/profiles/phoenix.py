"""Phoenix Channels, in the second version of its messages: [join reference, reference, topic, event, payload].

Source: guides/howto/writing_a_channels_client.md and lib/phoenix/socket/serializers/v2_json_serializer.ex of
phoenixframework/phoenix.
"""

from collections.abc import Mapping

from wswarm.load.profiles.auth import check_object
from wswarm.load.profiles.protocol import Line, Protocol, Refusal, Setting, Timer

_JOIN = (
    Line("say", '["1","1","{topic|json}","phx_join",{auth}]', needs=("topic",)),
    Line("expect", '/^\\[ ?"1", ?"1",.*"phx_reply",.*"status": ?"ok"/', "phx_join", needs=("topic",)),
)


def _derive(values: Mapping[str, str]) -> Mapping[str, str]:
    """Check what goes with the join."""
    check_object(values["auth"])
    return {}


PROFILE = Protocol(
    name="phoenix",
    about="Phoenix Channels, version 2 of the protocol",
    path="/socket/websocket",
    query="vsn=2.0.0&token={token|url}",
    settings={
        "topic": Setting("of the channel that all join: room:lobby"),
        "event": Setting('that is pushed, with the message as its payload; a text as {"text": …}'),
        "auth": Setting("JSON payload of the join", default="{}", is_secret=True),
        "token": Setting("parameter of the connection", is_secret=True),
        "heartbeat": Setting("how often one is sent", default="30s"),
    },
    steps=_JOIN,
    publisher_steps=_JOIN,
    inspection=(
        Line("say", '[null,"heartbeat","phoenix","heartbeat",{}]'),
        Line("expect", '/"phoenix", ?"phx_reply"/'),
    ),
    subscriber_needs=("topic",),
    message='["1","2","{topic|json}","{event|json}",{payload}]',
    echo='["1","{marker}","{topic|json}","{event|json}",{payload}]',
    payload="object",
    timers=(Timer("{heartbeat}", '[null,"heartbeat","phoenix","heartbeat",{}]'),),
    refusals=(
        Refusal('/"phx_reply",.*"status": ?"error"/', "$[4].response.reason"),
        Refusal('/, ?"phx_error",/', "the channel crashed"),
        Refusal('/, ?"phx_close",/', "the channel closed"),
    ),
    chatter=('/, ?"phx_reply",/', '/, ?"presence_(?:state|diff)",/'),
    not_replies=('"status":"error"', '"status": "error"'),
    derive=_derive,
)
