"""Messages that users with tasks of their own say and expect."""

import re
from collections.abc import Callable
from typing import NamedTuple


class Message(NamedTuple):
    """One received message.

    Attributes:
        data: Its payload. `text`: the same as text.
        received_ns: When the agent had read it, CLOCK_MONOTONIC.
    """

    data: bytes
    received_ns: int

    @property
    def text(self) -> str:
        """The payload as text; what is not UTF-8 is replaced."""
        return self.data.decode(errors="replace")


Wanted = str | re.Pattern[str] | Callable[[Message], bool] | None


def is_wanted(message: Message, wanted: Wanted) -> bool:
    """Return whether the message is the one: it holds the text, matches the pattern, or the function says so."""
    if wanted is None:
        return True
    if isinstance(wanted, str):
        return wanted in message.text
    if isinstance(wanted, re.Pattern):
        return wanted.search(message.text) is not None
    return bool(wanted(message))
