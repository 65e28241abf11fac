"""How late the event loop is: the time a task waits beyond what it asked for."""

import asyncio
import math
import time
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LagReading:
    """The lag over the recent window, in seconds; ``None`` before the first sample.

    Attributes:
        last_s: the newest sample.
        max_s: the largest.
        mean_s: the mean.
        samples: how many there are.
        window_s: the time that a full window covers.
    """

    last_s: float | None
    max_s: float | None
    mean_s: float | None
    samples: int
    window_s: float


class LoopLag:
    """The lag of the loop it runs on, sampled by a task that sleeps and looks how late it wakes.

    A loop that handles a burst, or blocks, wakes late. An idle one reads up to about 1 ms, because the timers
    of asyncio and uvloop tick in whole milliseconds. The oldest samples leave when the window is full.

    Args:
        interval: seconds between samples, > 0.
        window: seconds that the samples reach back, at least one sample's worth.
    """

    def __init__(self, interval: float, window: float) -> None:
        self._interval = interval
        self._window = window
        self._samples_ns: deque[int] = deque(maxlen=max(1, math.ceil(window / interval)))

    async def measure(self) -> None:
        """Sample until cancelled."""
        interval_ns = round(self._interval * 1e9)
        while True:
            due_ns = time.monotonic_ns() + interval_ns
            await asyncio.sleep(self._interval)
            self.add(time.monotonic_ns() - due_ns)

    def add(self, lag_ns: int) -> None:
        """Record one sample in ns; a timer that fires early by its granularity counts as 0."""
        self._samples_ns.append(max(0, lag_ns))

    def reading(self) -> LagReading:
        """The window as it stands."""
        samples = self._samples_ns
        if not samples:
            return LagReading(None, None, None, 0, self._window)
        return LagReading(
            last_s=samples[-1] / 1e9,
            max_s=max(samples) / 1e9,
            mean_s=sum(samples) / len(samples) / 1e9,
            samples=len(samples),
            window_s=self._window,
        )
