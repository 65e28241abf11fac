"""The protocols that are known, one file of data each, read when one is asked for."""

from importlib import import_module

from wswarm.errors import PlanError
from wswarm.load.profiles.protocol import Protocol
from wswarm.suggestions import nearest

_WHERE = {
    "echo": "reference:ECHO",
    "items": "reference:ITEMS",
    "chat": "reference:CHAT",
    "socketio": "socketio:PROFILE",
    "stomp": "stomp:PROFILE",
    "stomp-simple": "stomp:SIMPLE",
    "mqtt": "mqtt:PROFILE",
    "nats": "nats:PROFILE",
    "centrifugo": "centrifugo:PROFILE",
    "pusher": "pusher:PROFILE",
    "graphql": "graphql:PROFILE",
    "graphql-legacy": "graphql:LEGACY",
    "jsonrpc": "jsonrpc:PROFILE",
    "phoenix": "phoenix:PROFILE",
    "actioncable": "actioncable:PROFILE",
    "signalr": "signalr:PROFILE",
}

NAMES = tuple(_WHERE)


def protocol_named(name: str) -> Protocol:
    """Return the profile of that name.

    Raises:
        PlanError: there is none.
    """
    if name not in _WHERE:
        meant = nearest(name, NAMES)
        hint = f"; did you mean {meant}?" if meant is not None else ""
        raise PlanError(f"no profile {name!r}: choose one of {', '.join(NAMES)}{hint}")
    module, _, value = _WHERE[name].partition(":")
    found: Protocol = getattr(import_module(f"wswarm.load.profiles.{module}"), value)
    return found
