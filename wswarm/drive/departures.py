"""Who leaves when: one timer for all."""

import asyncio
from collections.abc import Callable
from heapq import heappop, heappush

from wswarm.drive.clock import now_ns
from wswarm.units import NS_PER_S


class Departures:
    """Rows that leave, each at its moment.

    Args:
        leave: Called with a row whose moment has come.
    """

    def __init__(self, leave: Callable[[int], None]) -> None:
        self._leave = leave
        self._due: list[tuple[int, int]] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, row: int, at_ns: int) -> None:
        """Have a row leave at a moment."""
        heappush(self._due, (at_ns, row))
        if self._due[0] == (at_ns, row):
            self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        wait_s = max(0, self._due[0][0] - now_ns()) / NS_PER_S
        self._timer = asyncio.get_running_loop().call_later(wait_s, self._go)

    def _go(self) -> None:
        self._timer = None
        while self._due and self._due[0][0] <= now_ns():
            self._leave(heappop(self._due)[1])
        if self._due:
            self._arm()
