"""What a session's connection has received and nobody has taken yet."""

from collections import deque
from typing import NamedTuple

KEPT = 1_000  # messages; then the oldest goes
BYTES_KEPT = 32 << 20  # of them together, but always the latest


class Heard(NamedTuple):
    """One message, and when its frame was read."""

    received_ns: int
    payload: bytes
    is_text: bool

    @property
    def message(self) -> str | bytes:
        """It as a script gets it: text as text, what came in a binary frame as bytes."""
        return self.payload.decode(errors="replace") if self.is_text else self.payload


class Inbox:
    """The latest messages, oldest first.

    Attributes:
        overflowed: How many went because there were too many.
        is_used: Whether it may hold any: mostly a message is waited for when it comes.
    """

    __slots__ = ("_bytes", "_heard", "is_used", "overflowed")

    def __init__(self) -> None:
        self._heard: deque[Heard] = deque()
        self._bytes = 0
        self.overflowed = 0
        self.is_used = False

    def put(self, heard: Heard) -> None:
        """Keep a message."""
        self.is_used = True
        self._heard.append(heard)
        self._bytes += len(heard.payload)
        while len(self._heard) > KEPT or (self._bytes > BYTES_KEPT and len(self._heard) > 1):
            self._bytes -= len(self._heard.popleft().payload)
            self.overflowed += 1

    def since(self, moment_ns: int) -> list[Heard]:
        """Return what came at a moment or after it."""
        if not self._heard or self._heard[-1].received_ns < moment_ns:
            return []
        return [one for one in self._heard if one.received_ns >= moment_ns]

    def drop_through(self, last: Heard) -> None:
        """Forget a message and all before it."""
        while self._heard:
            one = self._heard.popleft()
            self._bytes -= len(one.payload)
            if one is last:
                return

    def clear(self) -> None:
        """Forget all."""
        self.is_used = False
        self._heard.clear()
        self._bytes = 0
