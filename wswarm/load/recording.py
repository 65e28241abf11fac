"""A recorded WebSocket: how it was opened, and each message with when it was sent or received."""

from typing import NamedTuple


class Recorded(NamedTuple):
    """One message.

    Attributes:
        offset_ns: After the socket was opened, ascending; 0 in a recording without times.
        is_sent: By the client; else it was received.
    """

    offset_ns: int
    is_sent: bool
    is_binary: bool
    payload: bytes


class Recording(NamedTuple):
    """One recorded WebSocket.

    Attributes:
        url: `ws://` or `wss://`.
        headers: Name and value of each header that is the client's own; not those of the handshake itself.
        cookies: `name=value` of each.
        has_times: Whether the recording says when each message was sent or received; else only their order is known.
    """

    url: str
    messages: tuple[Recorded, ...]
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[str, ...] = ()
    subprotocols: tuple[str, ...] = ()
    origin: str | None = None
    has_times: bool = True

    @property
    def sent(self) -> list[Recorded]:
        """What the client sent."""
        return [message for message in self.messages if message.is_sent]

    @property
    def received(self) -> list[Recorded]:
        """What the client received."""
        return [message for message in self.messages if not message.is_sent]

    @property
    def length_ns(self) -> int:
        """From its opening to its last message."""
        return self.messages[-1].offset_ns if self.messages else 0
