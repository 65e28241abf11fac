"""Socket.IO 4: protocol 5, on Engine.IO 4 over WebSocket alone.

Source: docs/socket.io-protocol/v5-current.md and docs/engine.io-protocol/v4-current.md of socketio/socket.io.
"""

from collections.abc import Mapping

from wswarm.errors import PlanError
from wswarm.load.profiles.auth import check_object
from wswarm.load.profiles.protocol import Line, Protocol, Refusal, Reply, Setting

_OPEN, _CONNECT = Line("expect", "/^0\\{/", "the WebSocket"), Line("say", "40{of}{auth}")
_CONNECTED = Line("expect", "/^40{of|regex}\\{/", "CONNECT")


def _derive(values: Mapping[str, str]) -> Mapping[str, str]:
    """Return what stands between a packet's type and its content where the namespace is not the main one."""
    namespace = values["namespace"]
    if not namespace.startswith("/") or "," in namespace:
        raise PlanError(f"--set namespace={namespace} names no namespace: write /NAME, or / for the main one")
    if values["auth"]:
        check_object(values["auth"])
    return {"of": f"{namespace}," if namespace != "/" else ""}


PROFILE = Protocol(
    name="socketio",
    about="Socket.IO 4: the servers of Node.js, python-socketio and others",
    path="/socket.io/",
    query="EIO=4&transport=websocket",
    settings={
        "topic": Setting("the room, argument of the event `join`"),
        "event": Setting("what publishers emit, with the message as its argument"),
        "auth": Setting("JSON object of CONNECT", default="", is_secret=True),
        "namespace": Setting("/NAME", default="/"),
        "join": Setting("event that joins the room, and is acknowledged"),
    },
    steps=(
        _OPEN,
        _CONNECT,
        _CONNECTED,
        Line("say", '42{of}0["{join|json}","{topic|json}"]', needs=("join",)),
        Line("expect", "/^43{of|regex}0\\[/", "{join}", needs=("join",)),
    ),
    publisher_steps=(_OPEN, _CONNECT, _CONNECTED),
    message='42{of}["{event|json}",{payload}]',
    echo='42{of}["{event|json}",{payload}]',
    announced='451-{of}["{event|json}",{"_placeholder":true,"num":0}]',
    answers=(Reply("/^2$/", "3"),),
    refusals=(
        Refusal("/^44(?:\\/[^,]*,)?\\{/", "$.message"),
        Refusal('/^44(?:\\/[^,]*,)?"(.*)"$/'),
        Refusal("/^41/", "disconnected by the server"),
    ),
    chatter=("/^(?:0|40|43|45|46|6)/",),
    derive=_derive,
)
