"""What processes and the machine spend and suffer: loop lag, CPU, memory, steal."""

import asyncio
import gc
import resource
import sys
from array import array
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import psutil

from wswarm.drive.clock import make_timer, now_ns
from wswarm.stats.findings import Effort
from wswarm.stats.histogram import Histogram
from wswarm.units import NS_PER_S

TICK_NS = 1_000_000


class LoopLag:
    """How late a 1 ms tick comes to this loop; a stop of k ms counts as the k ticks that it delayed.

    Args:
        on_tick: Called at each tick with its lag in ns.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, on_tick: Callable[[int], None]) -> None:
        self._on_tick = on_tick
        self._timer = make_timer(loop, self._tick)
        self._due_ns = 0
        self._lags = array("q")
        self._histogram = Histogram()
        self.longest_ns = 0

    def start(self) -> None:
        """Tick from now on."""
        self._due_ns = now_ns() + TICK_NS
        self._timer.arm(self._due_ns)

    def restart(self) -> None:
        """Forget the lags so far: the figures begin here."""
        del self._lags[:]
        self._histogram = Histogram()
        self.longest_ns = 0

    def stop(self) -> None:
        """Tick no more."""
        self._timer.close()

    def histogram(self) -> Histogram:
        """Return the lags so far, ns."""
        first_ns = np.array(self._lags, np.int64)
        del self._lags[:]
        if len(first_ns):
            delayed = first_ns // TICK_NS + 1
            ordinal = np.arange(int(delayed.sum())) - np.repeat(np.cumsum(delayed) - delayed, delayed)
            self._histogram.record(np.repeat(first_ns, delayed) - ordinal * TICK_NS)
        return self._histogram

    def _tick(self) -> None:
        now = now_ns()
        lag_ns = max(0, now - self._due_ns)
        self._lags.append(lag_ns)
        self.longest_ns = max(self.longest_ns, lag_ns)
        self._due_ns += TICK_NS * (lag_ns // TICK_NS + 1)
        self._timer.arm(self._due_ns)
        self._on_tick(lag_ns)


class EffortMeter:
    """What this process spends."""

    def __init__(self) -> None:
        gc.collect()
        self._process = psutil.Process()
        self._rss_before = self._rss_open = self._process.memory_info().rss
        self._cpu_s = self._elapsed_s = 0.0
        self._from_cpu_s = _own_cpu_s()
        self._from_ns = now_ns()

    def note_open(self) -> None:
        """Note the memory that open connections take."""
        gc.collect()
        self._rss_open = self._process.memory_info().rss

    def start(self) -> None:
        """Count CPU from here on."""
        self._from_cpu_s, self._from_ns = _own_cpu_s(), now_ns()

    def stop(self) -> None:
        """Count CPU up to here."""
        self._cpu_s = _own_cpu_s() - self._from_cpu_s
        self._elapsed_s = (now_ns() - self._from_ns) / NS_PER_S

    def effort(self, lag: LoopLag) -> Effort:
        """Return all figures."""
        scale = 1 if sys.platform == "darwin" else 1024
        return Effort(
            cpu_s=self._cpu_s,
            elapsed_s=self._elapsed_s,
            rss_before=self._rss_before,
            rss_open=self._rss_open,
            rss_peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale,
            loop_lag=lag.histogram().pack(),
            longest_stop_ns=lag.longest_ns,
        )


class MachineUse(NamedTuple):
    """Shares of all cores over an interval, 0 to 1; steal is `None` where the system does not tell."""

    steal: float | None
    busy: float


class MachineMeter:
    """What the whole machine spends between `start` and `stop`."""

    def __init__(self) -> None:
        self._times = psutil.cpu_times()

    def start(self) -> None:
        """Begin the interval."""
        self._times = psutil.cpu_times()

    def stop(self) -> MachineUse:
        """Return the shares since the beginning."""
        before, after = self._times._asdict(), psutil.cpu_times()._asdict()
        counted = [name for name in after if name not in ("guest", "guest_nice")]
        spent = {name: after[name] - before[name] for name in counted}
        total = sum(spent.values()) or 1.0
        idle = spent["idle"] + spent.get("iowait", 0.0)
        steal = spent["steal"] / total if "steal" in spent else None
        return MachineUse(steal, 1 - idle / total)


class TargetUse(NamedTuple):
    """CPU seconds and resident bytes of a process tree."""

    cpu_s: float
    rss: int


class TargetMeter:
    """What the target's process and its children spend.

    Raises:
        psutil.NoSuchProcess: there is no such process.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._process = psutil.Process(pid)
        self.command = " ".join(self._process.cmdline()) or self._process.name()

    def read(self) -> TargetUse | None:
        """Return what the tree has spent so far and holds now; `None` once it is gone."""
        try:
            tree = [self._process, *self._process.children(recursive=True)]
        except psutil.Error:
            return None
        cpu_s, rss = 0.0, 0
        for process in tree:
            try:
                times = process.cpu_times()
                cpu_s += times.user + times.system
                rss += process.memory_info().rss
            except psutil.Error:
                if process is self._process:
                    return None
        return TargetUse(cpu_s, rss)


def _own_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
