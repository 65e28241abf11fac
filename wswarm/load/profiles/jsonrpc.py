"""JSON-RPC 2.0 over WebSocket, which has no standard for subscriptions: a method subscribes, a method publishes.

Source: www.jsonrpc.org/specification; rpc-websockets and Ethereum nodes. A mark is the id of its request, too: every
server returns it, with the result or with the error.
"""

from collections.abc import Mapping

import msgspec

from wswarm.errors import PlanError
from wswarm.load.profiles.auth import check_json
from wswarm.load.profiles.protocol import Line, Protocol, Refusal, Setting

_CALL = '{"jsonrpc":"2.0","id":"{marker}","method":"{event|json}","params":{params}}'


def _derive(values: Mapping[str, str]) -> Mapping[str, str]:
    """Return the parameters of subscribing: none without a topic."""
    if values.get("auth"):
        check_json(values["auth"])
    params = values["params"]
    try:
        msgspec.json.decode(params.replace("{payload}", "0"))
    except msgspec.DecodeError as error:
        raise PlanError(f"--set params={params} is not JSON: {error}; write it as in [{{payload}}]") from None
    if "{payload}" not in params and "{marker}" not in params:
        raise PlanError(f"--set params={params} says no message: put {{payload}} where the method takes it")
    is_bare = "topic" not in values and "{topic" in values["subscribe-params"]
    return {"subscribe-params": "[]"} if is_bare else {}


PROFILE = Protocol(
    name="jsonrpc",
    about="JSON-RPC 2.0: rpc-websockets, Ethereum nodes and others",
    settings={
        "topic": Setting("argument of the method that subscribes"),
        "event": Setting("method that publishers, or echo, call"),
        "params": Setting("JSON of its parameters, {payload} is the message", default="[{payload}]"),
        "subscribe": Setting("method that subscribes: rpc.on, eth_subscribe"),
        "subscribe-params": Setting("JSON of its parameters", default='["{topic|json}"]'),
        "login": Setting("method that logs in, if there is auth", default="rpc.login"),
        "auth": Setting("JSON of its parameters", is_secret=True),
    },
    steps=(
        Line(
            "say", '{"jsonrpc":"2.0","id":"login","method":"{login|json}","params":{auth}}', needs=("auth",)
        ),
        Line("expect", '{"id":"login"}', "{login}", needs=("auth",)),
        Line(
            "say",
            '{"jsonrpc":"2.0","id":"subscribe","method":"{subscribe|json}","params":{subscribe-params}}',
            needs=("subscribe",),
        ),
        Line("expect", '{"id":"subscribe"}', "{subscribe}", needs=("subscribe",)),
    ),
    publisher_steps=(
        Line(
            "say", '{"jsonrpc":"2.0","id":"login","method":"{login|json}","params":{auth}}', needs=("auth",)
        ),
        Line("expect", '{"id":"login"}', "{login}", needs=("auth",)),
    ),
    inspection=(
        Line("say", '{"jsonrpc":"2.0","id":"inspect","method":"wswarm.inspect","params":[]}'),
        Line("expect", '{"jsonrpc":"2.0","id":"inspect"}'),
    ),
    subscriber_needs=("subscribe",),
    message=_CALL,
    echo=_CALL,
    refusals=(
        Refusal('{"jsonrpc":"2.0","error":{}}', "$.error.message"),
        Refusal('{"id":"login","result":false}', "login refused"),
        Refusal('/"(provided event invalid)"/'),
    ),
    chatter=('{"jsonrpc":"2.0","id":"subscribe"}', '/"result":/'),
    not_replies=('"error":{', '"error": {'),
    derive=_derive,
)
