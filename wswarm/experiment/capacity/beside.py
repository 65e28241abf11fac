"""What the processes of target and generator spend while a trial holds its load: each, as one core is its limit."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from wswarm.drive.clock import now_ns
from wswarm.drive.host import spending
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
        self._machine = MachineMeter()
        self._kernel = read_kernel_counters()
        self._began_ns: int | None = None
        self._before: tuple[Mapping[int, int], Mapping[int, int]] = ({}, {})
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
        own, target = (
            {pid: (ns - before.get(pid, ns)) / elapsed_ns for pid, ns in after.items()}
            for before, after in zip(self._before, self._spent(), strict=True)
        )
        used = sum(own.values()) + sum(target.values())
        busiest = max(target, key=lambda pid: target[pid], default=None)
        kernel = read_kernel_counters()
        return Beside(
            own_cpu=max(own.values(), default=None),
            target_cpu=target[busiest] if busiest is not None else None,
            target_wait=self._waited(elapsed_ns),
            target_process=_named(busiest) if busiest is not None else None,
            steal=machine.steal,
            busy=machine.busy,
            others=max(0.0, machine.busy * cores() - used) if machine.busy is not None and target else None,
            overflows=kernel.since(self._kernel).listen_overflows if kernel and self._kernel else None,
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

    def _spent(self) -> tuple[Mapping[int, int], Mapping[int, int]]:
        """Return the CPU ns of each process, by its id: of the generator, of the target."""
        target: dict[int, int] = {}
        for pid in self._targets:
            seen = spending.spent(pid)
            target |= seen.by_process if seen is not None else {}
        own = spending.spent(os.getpid())
        known = own.by_process if own is not None else {}
        return {pid: ns for pid, ns in known.items() if pid not in target}, target


def _named(pid: int) -> str:
    with suppress(psutil.Error, OSError):
        words = psutil.Process(pid).cmdline()
        if words:
            line = " ".join([Path(words[0]).name, *words[1:]])
            return f"process {pid} ({line if len(line) <= _NAME else line[: _NAME - 1] + '…'})"
    return f"process {pid}"
