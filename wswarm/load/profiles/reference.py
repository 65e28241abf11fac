"""The reference application's endpoints: the URL is the base that their paths come below."""

from wswarm.load.profiles.protocol import Protocol

_NO_FANOUT = {"fanout": "it answers only the sender; use --profile chat"}

ECHO = Protocol(
    name="echo",
    about="the reference application's echo",
    path="/ws",
    is_below=True,
    echo="{payload}",
    unlike=_NO_FANOUT,
    payload="text",
)

ITEMS = Protocol(
    name="items",
    about="the reference application's items: an id in the path, a token in the query",
    path="/items/{id}/ws",
    query="token=wswarm",
    is_below=True,
    echo="{payload}",
    unlike=_NO_FANOUT,
    payload="text",
)

CHAT = Protocol(
    name="chat",
    about="the reference application's chat",
    path="/ws/{id}",
    is_below=True,
    message="{payload}",
    unlike={
        "echo": "it answers a message with 2 marked replies, so none is the reply; use fanout, or --profile echo"
    },
    payload="text",
)
