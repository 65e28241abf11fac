"""What is done on every connection once per interval, evenly spread in time."""

import asyncio
from collections.abc import Callable
from heapq import heappop, heappush

from wswarm.drive.clock import now_ns
from wswarm.drive.timers import Timer, make_timer
from wswarm.units import NS_PER_S

_GOLDEN = 0.6180339887498949  # multiples of it, modulo 1, are spread evenly however many there are


class Rounds:
    """Does something on each row once per interval, the first time within one interval.

    Args:
        interval_s: Between two times on one row, s.
        act: Does it on a row.
    """

    def __init__(self, interval_s: float, act: Callable[[int], None]) -> None:
        self.interval_ns = max(1, round(interval_s * NS_PER_S))
        self._act = act
        self._due: list[tuple[int, int]] = []
        self._rows: set[int] = set()
        self._timer: Timer | None = None
        self._is_stopped = False

    def add(self, row: int) -> None:
        """Do it on a row from now on."""
        phase = 1 - (row * _GOLDEN) % 1
        heappush(self._due, (now_ns() + round(phase * self.interval_ns), row))
        self._rows.add(row)
        if self._timer is None and not self._is_stopped:
            self._timer = make_timer(asyncio.get_running_loop(), self._act_on_due)
        self._arm()

    def remove(self, row: int) -> None:
        """Do it on a row no more."""
        self._rows.discard(row)

    def stop(self) -> None:
        """Do it no more."""
        self._is_stopped = True
        if self._timer is not None:
            self._timer.close()

    def _act_on_due(self) -> None:
        now = now_ns()
        while self._due and self._due[0][0] <= now:
            due_ns, row = heappop(self._due)
            if row not in self._rows:
                continue
            self._act(row)
            next_ns = due_ns + self.interval_ns
            heappush(self._due, (next_ns if next_ns > now else now + self.interval_ns, row))
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None and self._due and not self._is_stopped:
            self._timer.arm(self._due[0][0])
