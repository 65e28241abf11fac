"""A connection's incoming bytes, held back or let through: for readers that are slow on purpose."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress


class Tap:
    """What comes in on one open connection.

    Args:
        feed: Takes the bytes.

    Attributes:
        number: Of the connection's file.
    """

    __slots__ = ("_feed", "_transport", "number")

    def __init__(self, transport: asyncio.Transport, feed: Callable[[bytes], None]) -> None:
        self._transport, self._feed = transport, feed
        self.number: int = transport.get_extra_info("socket").fileno()

    def shut(self) -> None:
        """Read no more: what comes waits in the kernels, and then with the target."""
        self._transport.pause_reading()

    def open(self) -> None:
        """Read all that comes; how the connection ended meanwhile is seen too."""
        with suppress(RuntimeError):  # it is being closed
            self._transport.resume_reading()

    def let(self, most: int) -> int:
        """Let at most so many bytes through a tap that is shut; return how many there were.

        Not for TLS, whose bytes are not those of the messages.
        """
        if self._transport.is_closing():
            return 0
        try:
            data = os.read(self.number, most)
        except BlockingIOError:
            return 0
        except OSError:
            data = b""
        if data:
            self._feed(data)
        else:
            self.open()
        return len(data)
