"""What the processes of a target and of its broker spend and hold while connections open, and while a load holds."""

from collections.abc import Iterable
from typing import NamedTuple

from wswarm.drive.clock import now_ns
from wswarm.drive.host import spending
from wswarm.results.progress import Progress
from wswarm.units import NS_PER_S


class Reading(NamedTuple):
    """A moment: CPU ns of each process of the target, of the broker's together, and the target's resident bytes."""

    at_ns: int
    target: dict[int, int]
    broker: int | None
    memory: int


class Used(NamedTuple):
    """Between two readings.

    Attributes:
        cpu: Cores, by process of the target, the busiest first; those that began or ended meanwhile are left out.
        broker: Cores; `None` if none is known.
    """

    length_s: float
    cpu: tuple[float, ...]
    broker: float | None


class Meter:
    """Reads when connections begin to open, when all have, when the hold begins and when it ends.

    Args:
        targets: Processes of the target, each with its children.
        brokers: Those of its broker.

    Attributes:
        idle: Before anybody connected.
    """

    def __init__(self, targets: Iterable[int], brokers: Iterable[int]) -> None:
        self._targets, self._brokers = tuple(targets), tuple(brokers)
        self.idle = self._read()
        self._opening: Reading | None = None
        self._opened: Reading | None = None
        self._hold: Reading | None = None
        self._end: Reading | None = None

    def note(self, progress: Progress) -> None:
        """Take in how the run stands."""
        if progress.phase == "ramp":
            if self._opening is None:
                self._opening = self._read()
            return
        if self._opened is None:
            self._opened = self._read()
        if progress.phase == "hold" and self._hold is None:
            self._hold = self._read()
        elif progress.phase == "drain" and self._end is None and self._hold is not None:
            self._end = self._read()

    @property
    def ramp(self) -> Used | None:
        """What opening the connections took; `None` if they did not come to be open."""
        return _used(self._opening, self._opened)

    @property
    def hold(self) -> Used | None:
        """What the load took; `None` if it had no end."""
        return _used(self._hold, self._end)

    @property
    def memory(self) -> int | None:
        """Resident bytes when the hold ended."""
        return self._end.memory if self._end is not None else None

    def _read(self) -> Reading:
        at_ns, target, memory = now_ns(), dict[int, int](), 0
        for pid in self._targets:
            seen = spending.spent(pid)
            if seen is not None:
                target |= seen.by_process
                memory += seen.rss
        seen_brokers = [spending.spent(pid) for pid in self._brokers]
        known = [sum(one.by_process.values()) for one in seen_brokers if one is not None]
        is_known = bool(known) and len(known) == len(seen_brokers)
        return Reading(at_ns, target, sum(known) if is_known else None, memory)


def _used(before: Reading | None, after: Reading | None) -> Used | None:
    if before is None or after is None or after.at_ns <= before.at_ns:
        return None
    elapsed_ns = after.at_ns - before.at_ns
    both = before.target.keys() & after.target.keys()
    shares = sorted(((after.target[pid] - before.target[pid]) / elapsed_ns for pid in both), reverse=True)
    broker = None
    if before.broker is not None and after.broker is not None:
        broker = (after.broker - before.broker) / elapsed_ns
    return Used(elapsed_ns / NS_PER_S, tuple(shares), broker)
