"""What the machine and the target spend: CPU, memory, steal; and what the target holds."""

from collections.abc import Callable
from math import nan
from pathlib import Path
from typing import NamedTuple

from wswarm.drive.clock import now_ns
from wswarm.drive.host.descendants import descendants
from wswarm.drive.host.lazy import psutil
from wswarm.units import NS_PER_S

LEAST_MACHINE_S = 0.5  # the kernel counts in ticks of 10 ms; less is mostly rounding


class MachineUse(NamedTuple):
    """Shares of all cores over an interval, 0 to 1; `None` where the system does not tell, or it was too short.

    Attributes:
        load: Load average of the last minute.
    """

    steal: float | None
    busy: float | None
    load: float | None = None


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
        total = sum(spent.values())
        if total < LEAST_MACHINE_S:
            return MachineUse(None, None, load_average())
        idle = spent["idle"] + spent.get("iowait", 0.0)
        steal = spent["steal"] / total if "steal" in spent else None
        return MachineUse(steal, 1 - idle / total, load_average())


class TargetUse(NamedTuple):
    """CPU seconds and resident bytes of a process tree."""

    cpu_s: float
    rss: int


class TargetHeld(NamedTuple):
    """Resident bytes, open descriptors and threads of a process tree; NaN for what may not be read."""

    memory: float
    descriptors: float
    threads: float


class TargetMeter:
    """What the target's process and its children spend.

    Raises:
        psutil.NoSuchProcess: there is no such process.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._process = psutil.Process(pid)
        program, *arguments = self._process.cmdline() or [self._process.name()]
        self.command = " ".join([Path(program).name, *arguments])
        self._children: list[psutil.Process] = []
        self._looked_ns = 0

    def read(self) -> TargetUse | None:
        """Return what the tree has spent so far and holds now; `None` once it is gone."""
        try:
            self._look_for_children()
        except psutil.Error:
            return None
        cpu_s, rss = 0.0, 0
        for process in (self._process, *self._children):
            try:
                times = process.cpu_times()
                cpu_s += times.user + times.system
                rss += process.memory_info().rss
            except psutil.Error:
                if process is self._process:
                    return None
        return TargetUse(cpu_s, rss)

    def held(self) -> TargetHeld | None:
        """Return what the tree holds now; `None` once it is gone. Takes longer the more descriptors there are."""
        parts = []
        for process in (self._process, *self._children):
            try:
                with process.oneshot():
                    used = process.memory_info().rss, _descriptors(process), process.num_threads()
                    parts.append(used)
            except psutil.Error:
                if process is self._process:
                    return None
        return TargetHeld(*(sum(column) for column in zip(*parts, strict=True)))

    def has_ended(self) -> bool:
        """Return whether the process is gone, or dead and not buried yet."""
        try:
            return not self._process.is_running() or self._process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True
        except psutil.Error:
            return False

    def _look_for_children(self) -> None:
        """Find the children anew, once a second at most: that may read every process of the machine."""
        if now_ns() - self._looked_ns >= NS_PER_S:
            self._looked_ns = now_ns()
            self._children = descendants(self._process)


def _descriptors(process: "psutil.Process") -> float:
    """Return how many are open; Windows has handles instead."""
    try:
        count: Callable[[], int] = getattr(
            process, "num_fds" if hasattr(process, "num_fds") else "num_handles"
        )
        return count()
    except psutil.AccessDenied:
        return nan


def load_average() -> float | None:
    """Return the load average of the last minute; `None` where the system has none."""
    try:
        return psutil.getloadavg()[0]
    except OSError:
        return None
