"""What an agent spends: CPU, memory, and waiting for a core."""

import gc
import os
import sys
import time
from pathlib import Path

from wswarm.drive.clock import now_ns
from wswarm.drive.host.lazy import psutil
from wswarm.drive.host.loop_lag import LoopLag
from wswarm.drive.host.probes import LEAST_MACHINE_S
from wswarm.drive.host.spending import run_queue_ns
from wswarm.stats.findings import Effort
from wswarm.units import NS_PER_S


class EffortMeter:
    """What this process spends."""

    def __init__(self) -> None:
        gc.collect()
        self._process = psutil.Process()
        self._rss_before = self._rss_open = self._rss()
        self._cpu_s = self._cpu_share = 0.0
        self._wait_share: float | None = None
        self._from_wait_ns: int | None = None
        self._from_cpu_s = _own_cpu_s()
        self._from_ns = now_ns()

    def note_open(self) -> None:
        """Note the memory that open connections take, and count CPU from here on if no load follows."""
        gc.collect()
        self._rss_open = self._rss()
        self.start()

    def start(self) -> None:
        """Count CPU from here on."""
        self._from_wait_ns = run_queue_ns(os.getpid())
        self._from_cpu_s, self._from_ns = _own_cpu_s(), now_ns()

    def note_drain(self) -> None:
        """Note the share of a core that the hold took, and that of the time in which there was none to run on."""
        elapsed_s = (now_ns() - self._from_ns) / NS_PER_S
        if elapsed_s >= LEAST_MACHINE_S / 2:
            self._cpu_share = (_own_cpu_s() - self._from_cpu_s) / elapsed_s
            waited_ns = run_queue_ns(os.getpid())
            if waited_ns is not None and self._from_wait_ns is not None:
                self._wait_share = (waited_ns - self._from_wait_ns) / NS_PER_S / elapsed_s

    def stop(self) -> None:
        """Count CPU up to here."""
        self._cpu_s = _own_cpu_s() - self._from_cpu_s

    def effort(self, lag: LoopLag) -> Effort:
        """Return all figures."""
        return Effort(
            cpu_s=self._cpu_s,
            cpu_share=self._cpu_share,
            wait_share=self._wait_share,
            rss_before=self._rss_before,
            rss_open=self._rss_open,
            rss_peak=_own_peak_rss(),
            loop_lag=lag.histogram().pack(),
            longest_stop_ns=lag.longest_ns,
            stood_ns=lag.stood_ns,
        )

    def _rss(self) -> int:
        """Return the resident bytes; where connections have left no file to read them from, the most there were."""
        try:
            return int(self._process.memory_info().rss)
        except OSError:
            return _told_peak_rss()


def _own_cpu_s() -> float:
    return time.process_time()  # user and system, of all threads


def _own_peak_rss() -> int:
    """Return the most resident bytes of this process.

    Linux keeps `ru_maxrss` over exec, so there it may be that of the process that started this one; VmHWM is not.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        lines = []
    told = [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")]
    return told[0] if told else _told_peak_rss()


def _told_peak_rss() -> int:
    """Return the same where there is no /proc; Windows tells it as `peak_wset`."""
    try:
        import resource
    except ImportError:
        memory = psutil.Process().memory_info()
        return int(getattr(memory, "peak_wset", memory.rss))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
