"""An echo that is no more than ASGI, with the guards on duty that its settings ask for: it starts in no time."""

from typing import Any

from target_app.guard.on_duty import STATE, OnDuty
from target_app.guard.refusals import Refusals
from target_app.settings import Settings


class EchoApp:
    """Text comes back, bytes close 1003, and a POST is answered when its body has come.

    Args:
        answer: to requests.

    Attributes:
        refusals: what the guards count.
        posts: bodies that came whole.
    """

    def __init__(self, answer: bytes = b"ok", **settings: Any) -> None:
        self._body = answer
        self.refusals = Refusals()
        self.posts: list[bytes] = []
        self._on_duty = OnDuty(Settings(**settings), self.refusals)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await receive()
            scope["state"][STATE] = self._on_duty
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["type"] == "http":
            await self._answer(receive, send)
        else:
            await _echo(receive, send)

    async def _answer(self, receive: Any, send: Any) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message["more_body"]:
                self.posts.append(body)
                break
        headers = [(b"content-length", b"%d" % len(self._body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self._body})


async def _echo(receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        if message.get("text") is None:
            await send({"type": "websocket.close", "code": 1003, "reason": ""})
        else:
            await send({"type": "websocket.send", "text": message["text"]})
