"""What the guards refused, by reason."""

from typing import Literal, get_args

Reason = Literal[
    "origin",
    "token",
    "connections",
    "address",
    "user",
    "guesses",
    "rate",
    "message_size",
    "handshake_deadline",
    "message_deadline",
    "idle_deadline",
    "pong_deadline",
    "draining",
    "protocol",
]
REASONS: tuple[Reason, ...] = get_args(Reason)


class Refusals:
    """How many, by reason, since the process began; only the event loop's thread changes them."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[Reason, int] = dict.fromkeys(REASONS, 0)

    def count(self, reason: Reason) -> None:
        """One more connection, request or client was refused or closed for this."""
        self._counts[reason] += 1

    def of(self, reason: Reason) -> int:
        """How many there were."""
        return self._counts[reason]
