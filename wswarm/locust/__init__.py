"""WebSocket users for Locust on the engine of `wswarm`: import the classes in a locustfile and subclass them.

Importing this adds our options to Locust's command line, as Locust's own plugins do.
"""

from wswarm.installation import absent as _absent
from wswarm.installation import lack_of as _lack_of

try:
    from locust import events as _events
except ModuleNotFoundError:
    if not _absent("locust"):
        raise
    raise _lack_of("locust", "wswarm.locust", ["locust"]) from None

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
