"""What this machine's kernel did during a run: connections that it threw away, memory that TCP took of it."""

from dataclasses import dataclass

from wswarm.drive.clock import now_ns
from wswarm.drive.host.kernel_counters import read_kernel_counters
from wswarm.drive.host.tcp_memory import tcp_memory
from wswarm.units import NS_PER_S


@dataclass(frozen=True, slots=True)
class KernelSeen:
    """What was seen of it; nothing where it does not tell.

    Attributes:
        thrown_away: Handshakes that listeners of this machine had no room for.
        memory: The most bytes that TCP took.
        squeezed_from: From how much on it squeezes all sockets; `None`: unknown.
    """

    thrown_away: int = 0
    memory: int = 0
    squeezed_from: int | None = None


class KernelWatch:
    """Counts from the beginning, and looks at the memory once a second."""

    def __init__(self) -> None:
        self._before = read_kernel_counters()
        self._memory, self._next_ns = 0, 0
        self._squeezed_from: int | None = None

    def look(self) -> None:
        """Look at the memory, if that has not been done just now."""
        if now_ns() < self._next_ns:
            return
        self._next_ns = now_ns() + NS_PER_S
        seen = tcp_memory()
        if seen is not None:
            self._memory, self._squeezed_from = max(self._memory, seen.used), seen.squeezed_from

    def seen(self) -> KernelSeen:
        """Return what has been seen so far."""
        now = read_kernel_counters()
        drops = now.since(self._before).listen_drops if now is not None and self._before is not None else 0
        return KernelSeen(drops, self._memory, self._squeezed_from)
