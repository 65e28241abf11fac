"""A message in the bytes that every client gets, and what a server offers that can take them."""

from collections.abc import Callable
from typing import Any, Protocol

# The key of the ASGI extension in ``scope["extensions"]``; its value is ``{"connection": FramedConnection}``.
EXTENSION = "wswarm.framing"

_TEXT = (
    0x81  # FIN and opcode 1; RSV1 is 0: not compressed, which RFC 7692 allows where deflate was negotiated
)


Write = Callable[[bytes], object]
OnRoom = Callable[[Write | None], None]


class FramedConnection(Protocol):
    """One connection of a server that takes finished frames and never makes the caller wait."""

    @property
    def is_open(self) -> bool:
        """Frames can still be sent, now or when there is room."""

    def watch(self, on_room: OnRoom | None) -> None:
        """Tell when there is room, now and whenever that changes; ``None`` ends it. One watches, the last wins.

        Args:
            on_room: gets a function that writes whole frames while there is room: the connection is open and
                its buffer below the high-water mark; gets ``None`` when there is none, also in the middle of
                such a write. So a buffer never holds more than the mark (64 KiB) and one frame.
        """

    def close_within(self, code: int, reason: str, seconds: float) -> None:
        """Send a close frame behind what is buffered; reset the connection if it is not closed in time."""


class Message:
    """A message to many, encoded once.

    Attributes:
        channel: the room it goes to; ``None`` for one client alone.
        frame: the WebSocket frame. Its length is what a message counts for in an outbox.
        event: the ASGI event, for servers that frame themselves; shared, so nobody may change it.

    Raises:
        UnicodeEncodeError: the text has half a surrogate pair: no client can be sent it.
    """

    __slots__ = ("channel", "event", "frame")

    def __init__(self, text: str, channel: str | None = None) -> None:
        self.channel = channel
        self.frame = text_frame(text.encode())
        self.event: dict[str, Any] = {"type": "websocket.send", "text": text}


def text_frame(payload: bytes) -> bytes:
    """A text message in one unmasked, uncompressed frame: what a server sends (RFC 6455, 5.2).

    Args:
        payload: UTF-8.
    """
    length = len(payload)
    if length < 126:
        return bytes((_TEXT, length)) + payload
    if length < 65_536:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big") + payload
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big") + payload
