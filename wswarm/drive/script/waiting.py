"""One wait of a session for a message: which one it wants, since when, and until when."""

import asyncio
import re
from collections.abc import Callable, Sequence

from wswarm.drive.script.inbox import Heard
from wswarm.stats.findings import STILL_OPEN
from wswarm.units import NS_PER_S

Message = str | bytes
Wanted = str | bytes | re.Pattern[str] | re.Pattern[bytes] | Callable[[Message], object] | None


class Waiting:
    """A wait.

    Args:
        sends: When what it answers was sent; empty: nothing was, and the time counts from the call.
        called_ns: When it began. `timeout`: s; `None`: for ever.
        name: What the step is called. `step`: its place.

    Attributes:
        part: Bytes that the message holds; `None`: `test` says.
        future: Of the message.
    """

    __slots__ = (
        "_called_ns",
        "_sends",
        "deadline_ns",
        "future",
        "name",
        "part",
        "since_ns",
        "step",
        "test",
        "timeout",
    )

    def __init__(
        self,
        wanted: Wanted,
        sends: Sequence[int],
        called_ns: int,
        timeout: float | None,
        name: str,
        step: int,
        future: "asyncio.Future[Message]",
    ) -> None:
        if isinstance(wanted, str):
            self.part: bytes | None = wanted.encode()
        else:
            self.part = None if wanted is not None else b""
            self.test = _never if wanted is None else _test_of(wanted)
        self._sends, self._called_ns = sends, called_ns
        self.since_ns = sends[0] if sends else 0
        self.timeout, self.name, self.step, self.future = timeout, name, step, future
        self.deadline_ns = STILL_OPEN if timeout is None else called_ns + int(timeout * NS_PER_S)

    def is_met_by(self, heard: Heard) -> bool:
        """Return whether the message is the one; what a script's own function raises is passed on."""
        part = self.part
        if part is not None:
            return part in heard.payload
        return bool(self.test(heard))

    def is_due_after(self, moment_ns: int) -> bool:
        """Return whether it answers what was sent before then, and would have been given up later."""
        return bool(self._sends) and self._sends[-1] < moment_ns and self.timeout is not None

    def took_ns(self, received_ns: int) -> int:
        """Return the time of an answer: since the latest send before it, else since the call; 0 if it was there."""
        if self.since_ns == self._called_ns:  # a request's: sent when it was called
            return received_ns - self.since_ns
        for sent_ns in reversed(self._sends):
            if sent_ns <= received_ns:
                return received_ns - sent_ns
        return max(0, received_ns - self._called_ns)


def _test_of(wanted: Wanted) -> Callable[[Heard], object]:
    if isinstance(wanted, bytes):
        return lambda heard: wanted in heard.payload
    if isinstance(wanted, re.Pattern):
        if isinstance(wanted.pattern, bytes):
            return lambda heard: wanted.search(heard.payload)
        return lambda heard: wanted.search(heard.payload.decode(errors="replace"))
    if callable(wanted):
        return lambda heard: wanted(heard.message)
    raise TypeError(
        f"{wanted!r} says of no message whether it is wanted: give text that it holds, a re.Pattern or a function"
    )


def _never(_: Heard) -> bool:
    return False
