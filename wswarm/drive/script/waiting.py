"""One wait of a session for a message: which one it wants, since when, and until when."""

import asyncio
import re
from collections.abc import Callable, Sequence

from wswarm.drive.script.inbox import Heard
from wswarm.stats.findings import STILL_OPEN

Message = str | bytes
Wanted = str | bytes | re.Pattern[str] | re.Pattern[bytes] | Callable[[Message], object] | None


class Waiting:
    """A wait.

    Args:
        sends: When what it answers was sent; empty: nothing was, and the time counts from the call.
        called_ns: When it began.

    Attributes:
        part: Bytes that the message holds; `None`: `test` says.
        step: Place of the step. `name`: what it is called.
        future: Of the message; `None` until it is waited for.
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
        self, wanted: Wanted, sends: Sequence[int], called_ns: int, name: str, timeout: float | None
    ) -> None:
        self.part = b"" if wanted is None else wanted.encode() if isinstance(wanted, str) else None
        self.test = _never if self.part is not None else _test_of(wanted)
        self._sends, self._called_ns = sends, called_ns
        self.since_ns = sends[0] if sends else 0
        self.name, self.step = name, 0
        self.timeout = timeout
        self.deadline_ns = STILL_OPEN if timeout is None else called_ns + round(timeout * 1e9)
        self.future: asyncio.Future[Message] | None = None

    def is_met_by(self, heard: Heard) -> bool:
        """Return whether the message is the one; what a script's own function raises is passed on."""
        part = self.part
        if part is not None:
            return part in heard.payload
        return bool(self.test(heard))

    @property
    def is_over(self) -> bool:
        """Whether nobody waits any more."""
        return self.future is None or self.future.done()

    def answer(self, message: Message) -> None:
        """Hand over what was waited for."""
        if self.future is not None:
            self.future.set_result(message)

    def give_up(self, error: Exception) -> None:
        """Wait no more: it will not come."""
        if self.future is not None:
            self.future.set_exception(error)

    def took_ns(self, received_ns: int) -> int:
        """Return the time of an answer: since the latest send before it, else since the call; 0 if it was there."""
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
