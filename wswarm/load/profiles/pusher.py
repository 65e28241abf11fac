"""Pusher Channels, protocol 7: soketi, Laravel Reverb, Pusher.

Source: pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol and …/auth-signatures.
"""

import hmac
from hashlib import sha256

import msgspec

from wswarm.load.profiles.protocol import Line, Protocol, Refusal, Reply, Setting, Timer

_SUBSCRIBE = b'{"event":"pusher:subscribe"'
_PRIVATE, _PRESENCE = "private-", "presence-"


class Proved(msgspec.Struct, frozen=True):
    """What subscribes to a channel, and what the proof of it is made of."""

    channel: str
    key: str
    secret: str
    socket_id: str
    user: str


class Subscription(msgspec.Struct, frozen=True):
    """A message that subscribes."""

    event: str
    data: Proved


def signed(text: bytes) -> bytes:
    """Return a message as it is sent: a `Subscription` with the proof that its channel wants, others as they are."""
    if not text.startswith(_SUBSCRIBE):
        return text
    try:
        subscription = msgspec.json.decode(text, type=Subscription)
    except msgspec.DecodeError:
        return text
    return msgspec.json.encode({"event": subscription.event, "data": _proof(subscription.data)})


def _proof(given: Proved) -> dict[str, str]:
    """Return the data that subscribe: a private channel is proved, a presence channel says who, too."""
    told = {"channel": given.channel}
    if not given.channel.startswith((_PRIVATE, _PRESENCE)):
        return told
    proved = f"{given.socket_id}:{given.channel}"
    if given.channel.startswith(_PRESENCE):
        told["channel_data"] = msgspec.json.encode({"user_id": given.user}).decode()
        proved += f":{told['channel_data']}"
    digest = hmac.new(given.secret.encode(), proved.encode(), sha256).hexdigest()
    return {**told, "auth": f"{given.key}:{digest}"}


_STEPS = (
    Line("expect", '{"event":"pusher:connection_established"}', "the WebSocket"),
    Line("take", 'socket_id="socket_id\\\\*":\\s*\\\\*"([^"\\\\]+)'),
    Line(
        "say",
        '{"event":"pusher:subscribe","data":{"channel":"{topic|json}","key":"{key|json}","secret":"{secret|json}"'
        ',"socket_id":"{socket_id}","user":"{id}"}}',
        needs=("topic",),
    ),
    Line(
        "expect",
        '{"event":"pusher_internal:subscription_succeeded"}',
        "pusher:subscribe",
        needs=("topic",),
    ),
)

PROFILE = Protocol(
    name="pusher",
    about="Pusher Channels: soketi, Laravel Reverb, Pusher",
    path="/app/{key|url}",
    query="protocol=7&client=wswarm&version=1",
    settings={
        "topic": Setting("the channel, as in private-room"),
        "event": Setting("what publishers send; begins with client-", default="client-message"),
        "key": Setting("the application's key"),
        "secret": Setting(
            "the application's secret, for private- and presence- channels", default="", is_secret=True
        ),
        "keepalive": Setting("between two pusher:ping of ours; 0: none", default="30s"),
    },
    steps=_STEPS,
    publisher_steps=_STEPS,
    subscriber_needs=("topic", "key"),
    message='{"event":"{event|json}","channel":"{topic|json}","data":{"message":{payload}}}',
    unlike={"echo": "what a client sends comes to all but itself; use fanout"},
    answers=(Reply('{"event":"pusher:ping"}', '{"event":"pusher:pong","data":{}}'),),
    timers=(Timer("{keepalive}", '{"event":"pusher:ping","data":{}}'),),
    refusals=(
        Refusal('/"event":"pusher:error".*?"message\\\\*":\\s*\\\\*"((?:[^"\\\\]|\\\\[^"])*)/'),
        Refusal('/"event":"pusher:subscription_error".*?"error\\\\*":\\s*\\\\*"((?:[^"\\\\]|\\\\[^"])*)/'),
        Refusal('{"event":"pusher:error"}'),
        Refusal('{"event":"pusher:subscription_error"}'),
    ),
    chatter=('/"event":"pusher(?:_internal)?:/',),
    wrap=signed,
)
