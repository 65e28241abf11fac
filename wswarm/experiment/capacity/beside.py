"""What the processes of target and generator spend while a trial holds its load: each, as one core is its limit."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from wswarm.drive.clock import now_ns
from wswarm.drive.host import spending
from wswarm.drive.host.brokers import brokers
from wswarm.drive.host.kernel_counters import read_kernel_counters
from wswarm.drive.host.lazy import psutil
from wswarm.drive.host.limits import cores
from wswarm.drive.host.probes import MachineMeter
from wswarm.results.progress import Progress
from wswarm.stats.passing import Beside

_NAME = 60
_NOBODY = -1


class Watcher:
    """Looks at the processes when the hold begins and when it ends.

    Args:
        targets: Processes of the target, each with its children; none: unknown.
        is_of_ramp: Whether the load is the opening of connections.
    """

    def __init__(self, targets: Iterable[int], *, is_of_ramp: bool = False) -> None:
        self._targets, self._is_of_ramp = tuple(targets), is_of_ramp
        self._brokers = brokers(self._targets)  # before there are connections by the thousand to look through
        self._machine = MachineMeter()
        self._kernel = read_kernel_counters()
        self._began_ns: int | None = None
        self._before = _Spent({}, {}, {})
        self._waits: Mapping[int, int] = {}
        self._found: Beside | None = None

    def note(self, progress: Progress) -> None:
        """Take in how the trial stands."""
        has_opened = progress.connections_open + progress.failed > 0
        if self._is_of_ramp:
            is_before, is_after = not has_opened, has_opened and progress.phase != "ramp"
        else:
            is_before = progress.phase == "hold" and self._began_ns is None
            is_after = progress.phase == "drain"
        if is_before:
            self._machine.start()
            self._before, self._waits, self._began_ns = self._spent(), self._waiting(), now_ns()
        elif is_after and self._began_ns is not None and self._found is None:
            self._found = self._look(now_ns() - self._began_ns)

    @property
    def found(self) -> Beside:
        """What they spent; unknown where there was no hold."""
        return self._found or Beside()

    def _look(self, elapsed_ns: int) -> Beside:
        machine = self._machine.stop()
        own, target, broker = (
            {pid: (ns - before.get(pid, ns)) / elapsed_ns for pid, ns in after.items()}
            for before, after in zip(self._before, self._spent(), strict=True)
        )
        used = sum(map(sum, (own.values(), target.values(), broker.values())))
        busiest, full = _busiest(target), _busiest(broker)
        kernel = read_kernel_counters()
        counted = kernel.since(self._kernel) if kernel and self._kernel else None
        return Beside(
            own_cpu=max(own.values(), default=None),
            own_cores=sum(own.values()) if own else None,
            target_cpu=target.get(busiest),
            target_wait=self._waited(busiest, elapsed_ns),
            target_process=_named(busiest),
            steal=machine.steal,
            busy=machine.busy,
            others=max(0.0, machine.busy * cores() - used) if machine.busy is not None and target else None,
            broker_cpu=broker.get(full),
            broker_process=_named(full),
            overflows=counted.listen_overflows if counted else None,
            drops=counted.listen_drops if counted else None,
        )

    def _waited(self, pid: int, elapsed_ns: int) -> float | None:
        """Return for how much of the time a process of the target waited for a core."""
        before, after = self._waits.get(pid), self._waiting().get(pid)
        if before is None or after is None:
            return None
        return min(1.0, max(0, after - before) / elapsed_ns)  # it is read a moment later than the time

    def _waiting(self) -> dict[int, int]:
        """Return how long each of the target's processes has waited so far, ns, as far as that is known."""
        waits = {pid: spending.run_queue_ns(pid) for pid in _of_trees(self._targets)}
        return {pid: ns for pid, ns in waits.items() if ns is not None}

    def _spent(self) -> "_Spent":
        target, broker = _of_trees(self._targets), _of_trees(self._brokers)
        own = _of_trees([os.getpid()])
        return _Spent({pid: ns for pid, ns in own.items() if pid not in target | broker}, target, broker)


class _Spent(NamedTuple):
    """CPU ns of each process, by its id."""

    own: Mapping[int, int]
    target: Mapping[int, int]
    broker: Mapping[int, int]


def _of_trees(pids: Iterable[int]) -> dict[int, int]:
    """Return the CPU ns of the processes and their children, by id."""
    seen = map(spending.spent, pids)
    return {pid: ns for one in seen if one is not None for pid, ns in one.by_process.items()}


def _busiest(shares: Mapping[int, float]) -> int:
    """Return who used the most of a core; nobody's number where there is nobody."""
    return max(shares, key=lambda one: shares[one], default=_NOBODY)


def _named(pid: int) -> str | None:
    if pid == _NOBODY:
        return None
    with suppress(psutil.Error, OSError):
        words = psutil.Process(pid).cmdline()
        if words:
            line = " ".join(" ".join([Path(words[0]).name, *words[1:]]).split())
            return f"process {pid} ({line if len(line) <= _NAME else line[: _NAME - 1] + '…'})"
    return f"process {pid}"
