"""Moments at which somebody has waited long enough: one timer for all connections of an agent."""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count

from wswarm.drive.clock import now_ns
from wswarm.drive.timers import make_timer

Look = Callable[[int], None]


class Deadlines:
    """Calls back at moments.

    A timer per wait would cost as much as the rest of a request: a connection looks at its waits when the earliest
    of them is over, and most are long answered by then.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Look]] = []
        self._order = count()
        self._timer = make_timer(asyncio.get_running_loop(), self._expire)
        self._due_ns = 0

    def add(self, at_ns: int, look: Look) -> None:
        """Have `look` called with the time, at or soon after a moment."""
        heapq.heappush(self._heap, (at_ns, next(self._order), look))
        if not self._due_ns or at_ns < self._due_ns:
            self._arm()

    def close(self) -> None:
        """Call nobody any more."""
        self._heap.clear()
        self._timer.close()

    def _arm(self) -> None:
        self._due_ns = self._heap[0][0]
        self._timer.arm(self._due_ns)

    def _expire(self) -> None:
        now = now_ns()
        due: list[Look] = []
        while self._heap and self._heap[0][0] <= now:
            due.append(heapq.heappop(self._heap)[2])
        self._due_ns = 0
        for look in due:
            look(now)
        if self._heap and (not self._due_ns or self._heap[0][0] < self._due_ns):
            self._arm()
