"""A connection's incoming bytes, held back or let through: for readers that are slow on purpose."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress

_READ_SIZE = 1 << 16


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
        """Read all that comes."""
        with suppress(RuntimeError):  # it is being closed
            self._transport.resume_reading()

    def finish(self) -> None:
        """Read what came before the peer reset the connection, and have its end be seen.

        Not left to the transport: uvloop stops polling a socket in error after one call, which reads what is there
        and not the end behind it.
        """
        if self._transport.get_extra_info("sslcontext") is not None:
            self._transport.abort()
            return
        while self.let(_READ_SIZE):
            pass
        self.open()

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
