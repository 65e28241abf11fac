"""What a tree of processes has spent, to the nanosecond: a slice of load is short."""

import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from wswarm.drive.host.descendants import descendants
from wswarm.drive.host.lazy import psutil
from wswarm.units import NS_PER_S


class Spent(NamedTuple):
    """What a process tree has spent since it was started.

    Attributes:
        by_process: CPU ns of each process, by its id.
        wait_ns: How long its threads were ready to run and had no core; `None` where the system does not tell.
        rss: Resident bytes.
    """

    by_process: dict[int, int]
    wait_ns: int | None
    rss: int


def spent(pid: int) -> Spent | None:
    """Return what the process and its children have spent so far; `None` when it is gone."""
    try:
        process = psutil.Process(pid)
        tree = [process, *descendants(process)]
    except psutil.Error:
        return None
    by_process, waits, rss = {}, [], 0
    for one in tree:
        with suppress(psutil.Error, OSError):
            by_process[one.pid] = _cpu_ns(one)
            rss += one.memory_info().rss
            waits.append(run_queue_ns(one.pid))
    known = [wait for wait in waits if wait is not None]
    return Spent(by_process, sum(known) if known and len(known) == len(waits) else None, rss)


def cpu_s(before: Spent | None, after: Spent | None) -> float | None:
    """Return the CPU seconds between; `None` if a process ended meanwhile, for nobody knows what it spent last."""
    if before is None or after is None or before.by_process.keys() - after.by_process.keys():
        return None
    total_ns = sum(ns - before.by_process.get(pid, 0) for pid, ns in after.by_process.items())
    return total_ns / NS_PER_S


def wait_s(before: Spent | None, after: Spent | None) -> float | None:
    """Return the seconds that its threads waited for a core between, `None` if unknown."""
    if before is None or after is None or before.wait_ns is None or after.wait_ns is None:
        return None
    return max(0, after.wait_ns - before.wait_ns) / NS_PER_S


def _cpu_ns(process: "psutil.Process") -> int:
    """Return the CPU time of a process.

    Source: clock_getcpuclockid(3) makes the number of a process's CPU clock in this way on Linux.
    """
    if sys.platform == "linux" and hasattr(time, "clock_gettime_ns"):
        return time.clock_gettime_ns((~process.pid << 3) | 2)
    times = process.cpu_times()
    return round((times.user + times.system) * NS_PER_S)


def run_queue_ns(pid: int) -> int | None:
    """Return what the threads of a process waited in the run queue: the second field of schedstat."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((thread / "schedstat").read_text().split()[1]) for thread in threads)
    except (OSError, IndexError, ValueError):
        return None
