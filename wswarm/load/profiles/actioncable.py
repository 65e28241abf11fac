"""Action Cable, the channels of Rails; AnyCable speaks the same.

Source: actioncable/lib/action_cable of rails/rails, docs.anycable.io/misc/action_cable_protocol. An identifier is
JSON within a JSON string, and has to be the same string each time. Rails wants an Origin of its own.
"""

from collections.abc import Mapping

from wswarm.load.escaping import json_string
from wswarm.load.profiles.protocol import Line, Protocol, Refusal, Setting

_SUBSCRIBE = (
    Line("expect", '{"type":"welcome"}', "the WebSocket"),
    Line("say", '{"command":"subscribe","identifier":"{identifier|json}"}', needs=("topic",)),
    Line(
        "expect",
        '{"type":"confirm_subscription","identifier":"{identifier|json}"}',
        "subscribe",
        needs=("topic",),
    ),
)
_PERFORM = (
    '{"command":"message","identifier":"{identifier|json}",'
    '"data":"{\\"action\\":\\"{event|json|json}\\",{members|json}}"}'
)


def _derive(values: Mapping[str, str]) -> Mapping[str, str]:
    """Return the identifier of the channel."""
    topic = values.get("topic", "")
    return {"identifier": topic if topic.startswith("{") else f'{{"channel":{json_string(topic)}}}'}


PROFILE = Protocol(
    name="actioncable",
    about="Action Cable of Rails, and AnyCable",
    path="/cable",
    subprotocols=("actioncable-v1-json",),
    sends_origin=True,
    settings={
        "topic": Setting('channel, ChatChannel, or identifier, {"channel":"ChatChannel","room":"1"}'),
        "event": Setting("action that publishers perform; a text is its member text"),
    },
    steps=_SUBSCRIBE,
    publisher_steps=_SUBSCRIBE,
    subscriber_needs=("topic",),
    sender_needs=("topic",),
    message=_PERFORM,
    echo=_PERFORM,
    payload="object",
    refusals=(
        Refusal('{"type":"reject_subscription"}', "reject_subscription"),
        Refusal('{"type":"disconnect"}', "$.reason"),
    ),
    chatter=('{"type":"ping"}', '{"type":"welcome"}', '{"type":"confirm_subscription"}'),
    derive=_derive,
)
