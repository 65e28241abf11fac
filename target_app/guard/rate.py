"""How often a client may do something: a bucket of tokens, which fills at a rate and holds a second's worth."""

from typing import Self


class Bucket:
    """What one client has left.

    Time comes in as a number, so that a caller reads its clock once for many frames, and a test needs none.
    Source: the token bucket of RFC 2697, 3.

    Args:
        rate: how many a second, > 0; as many may come at once, and one at least.
        now: seconds of any clock that never goes back.
    """

    __slots__ = ("_held", "_limit", "_rate", "_since")

    def __init__(self, rate: float, now: float) -> None:
        self._rate = rate
        self._limit = max(1.0, rate)
        self._held = self._limit
        self._since = now

    @classmethod
    def of(cls, rate: float | None, now: float) -> Self | None:
        """A full bucket; ``None`` where there is no limit."""
        return None if rate is None else cls(rate, now)

    def take(self, now: float, count: int = 1) -> bool:
        """Whether there were so many, which are then taken; otherwise nothing is."""
        self._held = min(self._limit, self._held + (now - self._since) * self._rate)
        self._since = now
        if self._held < count:
            return False
        self._held -= count
        return True
