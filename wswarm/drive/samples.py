"""Samples of messages that were not ours: a few, and only their beginnings."""

from collections.abc import Callable

from wswarm.results.quoted import LIMIT

SAMPLES = 3
LOOKED_AT = 64  # unmarked messages, of which there may be as many as of the others


class Samples:
    """A few different messages that were not ours.

    Args:
        is_altered: Whether a message holds our text, changed.

    Attributes:
        kept: Their beginnings.
        altered: How many of those that were looked at hold our text, changed.
    """

    __slots__ = ("_is_altered", "_is_of_before", "_left", "altered", "kept")

    def __init__(self, is_altered: Callable[[bytes], bool]) -> None:
        self._is_altered = is_altered
        self.kept: list[bytes] = []
        self.altered, self._left = 0, LOOKED_AT
        self._is_of_before = False

    def look(self, payload: bytes) -> None:
        """Take in one message; the first ones only."""
        if self._left:
            self._left -= 1
            self.altered += self._is_altered(payload)
            if self._is_of_before:
                self.kept, self._is_of_before = [], False
            part = payload[: 4 * LIMIT]
            if len(self.kept) < SAMPLES and part not in self.kept:
                self.kept.append(part)

    def begin(self) -> None:
        """Look anew: a load begins. What was said before it stays until something else is."""
        self.altered, self._left = 0, LOOKED_AT
        self._is_of_before = bool(self.kept)
