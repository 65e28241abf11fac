"""How late a loop comes to what is due."""

import asyncio
from array import array
from collections.abc import Callable
from random import Random

import numpy as np

from wswarm.drive.clock import cpu_ns, now_ns
from wswarm.drive.timers import Timer, make_timer
from wswarm.stats.histogram import Histogram

PROBE_GAP_NS = 25_000_000  # 400 in a hold of 10 s: what a p99 takes
_FOLD_AT = 1_024


class LoopLag:
    """How late this loop comes to what is due: looked at, at random instants.

    Random instants see the loop as messages do, whatever the rhythm of the load (Wolff, Poisson Arrivals See Time
    Averages, 1982), and 40 of them a second cost a twenty-fifth of the CPU of a fixed 1 ms tick, 4 % of a core.
    Instants that fall into a stop of the loop all count, each with what was left of the stop.

    Args:
        on_probe: Called after each wake-up with its lag in ns.
        gap_ns: Mean gap between instants.

    Attributes:
        longest_ns: The longest lag. `stood_ns`: the longest without the CPU time that this process had meanwhile: it
            had no core, or was stopped.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, on_probe: Callable[[int], None], gap_ns: int = PROBE_GAP_NS
    ) -> None:
        self._on_probe = on_probe
        self._rate = 1 / gap_ns
        self._loop = loop
        self._timer: Timer | None = None
        self._due_ns = 0
        self._lags, self._folded = array("q"), Histogram()
        self._random = Random()
        self._cpu_ns = 0
        self.longest_ns = self.stood_ns = 0

    def start(self) -> None:
        """Probe from now on; after a `stop` with no lags yet."""
        self.stop()
        self.restart()
        self.longest_ns = self.stood_ns = 0
        self._cpu_ns = cpu_ns()
        self._timer = make_timer(self._loop, self._probe)
        self._due_ns = now_ns() + self._gap_ns()
        self._timer.arm(self._due_ns)

    @property
    def is_stopped(self) -> bool:
        """Whether it does not probe."""
        return self._timer is None

    def restart(self) -> None:
        """Forget the lags so far, but not the longest: the figures begin here."""
        del self._lags[:]
        self._folded = Histogram()

    def note(self, stop_ns: int) -> None:
        """Take it that the loop stood still for so long."""
        self.longest_ns, self.stood_ns = max(self.longest_ns, stop_ns), max(self.stood_ns, stop_ns)

    def stop(self) -> None:
        """Probe no more."""
        if self._timer is not None:
            self._timer.close()
        self._timer = None

    def histogram(self) -> Histogram:
        """Return the lags since the figures began, ns."""
        self._fold()
        return self._folded

    def _probe(self) -> None:
        now = now_ns()
        lag_ns = max(0, now - self._due_ns)
        self._note_stop(lag_ns)
        while self._due_ns <= now:
            self._lags.append(now - self._due_ns)
            self._due_ns += self._gap_ns()
        if self._timer is not None:
            self._timer.arm(self._due_ns)
        if len(self._lags) >= _FOLD_AT:
            self._fold()
        self._on_probe(lag_ns)

    def _fold(self) -> None:
        """Take what was noted into the histogram: as an hour goes on nothing is to grow."""
        self._folded.record(np.array(self._lags, np.int64))
        del self._lags[:]

    def _note_stop(self, lag_ns: int) -> None:
        """Keep the longest stop, and the longest that was not spent on work of this process."""
        before_ns, self._cpu_ns = self._cpu_ns, cpu_ns()
        self.longest_ns = max(self.longest_ns, lag_ns)
        self.stood_ns = max(self.stood_ns, lag_ns - (self._cpu_ns - before_ns))

    def _gap_ns(self) -> int:
        return round(self._random.expovariate(self._rate)) + 1
