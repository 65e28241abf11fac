"""A WebSocket that keeps what it is sent."""

from collections.abc import Callable

from starlette.websockets import WebSocketDisconnect


class FakeSocket:
    """What a connection manager needs of a WebSocket.

    Attributes:
        received: the texts it was sent.
        error: raised by every send when set.
        on_send: called after every send that succeeded.
    """

    def __init__(self) -> None:
        self.accepted = False
        self.received: list[str] = []
        self.error: Exception | None = None
        self.on_send: Callable[[], None] = lambda: None

    async def accept(self) -> None:
        self.accepted = True

    async def send_text(self, message: str) -> None:
        if self.error is not None:
            raise self.error
        self.received.append(message)
        self.on_send()


GONE = WebSocketDisconnect(1006)
