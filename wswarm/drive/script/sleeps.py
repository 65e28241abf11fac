"""Sessions that sleep: those that are due in the same millisecond wake up by one timer."""

import asyncio

from wswarm.drive.clock import now_ns
from wswarm.units import NS_PER_S

_NS_PER_MS = 1_000_000
_LONGEST_S = 1e8  # three years


class Sleeps:
    """All sleeps of an agent's sessions, by the millisecond at which they end.

    A timer of the event loop ticks in milliseconds, too: of its own each sleep would take as much as a send.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ending: dict[int, list[asyncio.Future[None]]] = {}

    def until_over(self, seconds: float) -> "asyncio.Future[None]":
        """Return what is done after so many seconds, to the millisecond."""
        sleep_ns = int(min(seconds, _LONGEST_S) * NS_PER_S)
        at_ms = -(-(now_ns() + sleep_ns) // _NS_PER_MS)
        over = self._loop.create_future()
        ending = self._ending.get(at_ms)
        if ending is None:
            self._ending[at_ms] = [over]
            self._loop.call_later((at_ms * _NS_PER_MS - now_ns()) / NS_PER_S, self._wake, at_ms)
        else:
            ending.append(over)
        return over

    def _wake(self, at_ms: int) -> None:
        for over in self._ending.pop(at_ms):
            if not over.done():
                over.set_result(None)
