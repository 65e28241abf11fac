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
        self._waits: int | None = None
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
        target_cpu, target_process = _busiest(target)
        broker_cpu, broker_process = _busiest(broker)
        kernel = read_kernel_counters()
        counted = kernel.since(self._kernel) if kernel and self._kernel else None
        return Beside(
            own_cpu=max(own.values(), default=None),
            target_cpu=target_cpu,
            target_wait=self._waited(elapsed_ns),
            target_process=target_process,
            steal=machine.steal,
            busy=machine.busy,
            others=max(0.0, machine.busy * cores() - used) if machine.busy is not None and target else None,
            broker_cpu=broker_cpu,
            broker_process=broker_process,
            overflows=counted.listen_overflows if counted else None,
            drops=counted.listen_drops if counted else None,
        )

    def _waited(self, elapsed_ns: int) -> float | None:
        """Return for how much of the time the target's processes waited for a core."""
        before, after = self._waits, self._waiting()
        return None if before is None or after is None else max(0, after - before) / elapsed_ns

    def _waiting(self) -> int | None:
        """Return how long they have waited so far, ns."""
        seen = [spending.spent(pid) for pid in self._targets]
        known = [one.wait_ns for one in seen if one is not None and one.wait_ns is not None]
        return sum(known) if known and len(known) == len(seen) else None

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


def _busiest(shares: Mapping[int, float]) -> tuple[float | None, str | None]:
    """Return the highest share of a core and who used it, unknown where there is nobody."""
    if not shares:
        return None, None
    pid = max(shares, key=lambda one: shares[one])
    return shares[pid], _named(pid)


def _named(pid: int) -> str:
    with suppress(psutil.Error, OSError):
        words = psutil.Process(pid).cmdline()
        if words:
            line = " ".join([Path(words[0]).name, *words[1:]])
            return f"process {pid} ({line if len(line) <= _NAME else line[: _NAME - 1] + '…'})"
    return f"process {pid}"
