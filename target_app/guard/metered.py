"""How many messages a client sends, counted in the application: for servers that do not count frames themselves."""

import time

from starlette.types import Message, Receive, Send

from target_app.guard.rate import Bucket
from target_app.guard.refusals import Refusals


class Metered:
    """A connection of which no more is heard when it was too fast: the application is told that it has ended.

    The application sees no pings; a server that counts them too is ``target_app.wire``.

    Args:
        rate: messages a second; as many may come at once.
        refusals: where it is counted.
        receive: the server's.
        send: the server's.
    """

    def __init__(self, rate: float, refusals: Refusals, receive: Receive, send: Send) -> None:
        self._bucket = Bucket(rate, time.monotonic())
        self._refusals = refusals
        self._reason = f"more than {rate:g} messages per second"
        self._receive, self._send = receive, send
        self._is_over = False

    async def receive(self) -> Message:
        """The next message; the end of a client that sent one too many."""
        message = await self._receive()
        if message["type"] != "websocket.receive" or self._bucket.take(time.monotonic()):
            return message
        self._refusals.count("rate")
        self._is_over = True
        await self._send({"type": "websocket.close", "code": 1008, "reason": self._reason})
        return {"type": "websocket.disconnect", "code": 1008, "reason": self._reason}

    async def send(self, message: Message) -> None:
        """Send.

        Raises:
            OSError: the connection has been closed, as a server says it.
        """
        if self._is_over:
            raise OSError(self._reason)
        await self._send(message)
