"""Calls back when something is due: at intended times given as a number, late if it must, never early."""

import asyncio
from collections.abc import Callable

from wswarm.drive.clock import now_ns
from wswarm.drive.timers import make_timer
from wswarm.units import NS_PER_S

BATCH_NS = 500_000
AUTO_BATCH_NS = 200_000
_EXACT_GAP_NS = 250_000  # sends this far apart take less than a fifth of a core at a wake-up each


class Pacer:
    """Wakes up for the next due moment.

    Args:
        send_due: Sends all that is due; returns the next due moment.

    Attributes:
        least_gap_ns: Between a wake-up and the next, 0 for as soon as something is due.
        gaps_ns: The least gaps of the paces that `adapt` was told.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, send_due: Callable[[], int]) -> None:
        self._send_due = send_due
        self.least_gap_ns = 0
        self.gaps_ns: set[int] = set()
        self._timer = make_timer(loop, self.wake)

    def adapt(self, pacing: str, rate: float) -> None:
        """Take it that so many sends per s are due here from now on, and choose how often to wake up.

        Args:
            pacing: `exact`: for each. `batched`: at most every 500 µs, later and with less CPU. `auto`: for each, or
                at most every 200 µs if there are many.
        """
        if rate <= 0:
            return
        self.least_gap_ns = BATCH_NS if pacing == "batched" else 0
        if pacing == "auto" and rate * _EXACT_GAP_NS > NS_PER_S:
            self.least_gap_ns = AUTO_BATCH_NS
        self.gaps_ns.add(self.least_gap_ns)

    def start(self, at_ns: int) -> None:
        """Wake up first at `at_ns`."""
        self._timer.arm(at_ns)

    def wake(self) -> None:
        """Send what is due now, then sleep until the next moment."""
        woken_ns = now_ns() if self.least_gap_ns else 0
        next_ns = self._send_due()
        self._timer.arm(max(next_ns, woken_ns + self.least_gap_ns) if self.least_gap_ns else next_ns)

    def stop(self) -> None:
        """Wake up no more."""
        self._timer.close()
