"""WebSocket users for Locust on the engine of `wswarm`: import the classes in a locustfile and subclass them.

Importing this adds our options to Locust's command line, as Locust's own plugins do.
"""

from wswarm.installation import require as _require

try:
    from locust import events as _events
except ModuleNotFoundError:
    _require("locust", "wswarm.locust")
    raise

from wswarm.locust.plugin import install as _install
from wswarm.locust.ready import ChatUser, ConnectUser, EchoUser, ItemsUser
from wswarm.locust.script import Message
from wswarm.locust.scripted import ScriptUser
from wswarm.locust.users import NoReply, WebSocketUser

_install(_events)

__all__ = [
    "ChatUser",
    "ConnectUser",
    "EchoUser",
    "ItemsUser",
    "Message",
    "NoReply",
    "ScriptUser",
    "WebSocketUser",
]
