"""Calls back when something is due: at intended times given as a number, late if it must, never early."""

import asyncio
from collections.abc import Callable

from wswarm.drive.clock import make_timer, now_ns

BATCH_NS = 500_000


class Pacer:
    """Wakes up for the next due moment.

    Args:
        send_due: Sends all that is due at the moment it gets; returns the next due moment, `None` for none.
        is_batched: Wake up at most every 500 µs: later messages, less CPU.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, send_due: Callable[[], int | None], *, is_batched: bool
    ) -> None:
        self._send_due = send_due
        self._least_gap_ns = BATCH_NS if is_batched else 0
        self._timer = make_timer(loop, self.wake)
        self.is_done = False

    def start(self, at_ns: int) -> None:
        """Wake up first at `at_ns`."""
        self._timer.arm(at_ns)

    def wake(self) -> None:
        """Send what is due now, then sleep until the next moment."""
        next_ns = self._send_due()
        if next_ns is None:
            self.stop()
        elif self._least_gap_ns:
            self._timer.arm(max(next_ns, now_ns() + self._least_gap_ns))
        else:
            self._timer.arm(next_ns)

    def stop(self) -> None:
        """Wake up no more."""
        self.is_done = True
        self._timer.close()
