"""How a target's memory, and what TCP takes of the kernel's, go on during a run."""

from wswarm.drive.host.probes import TargetMeter
from wswarm.drive.host.tcp_memory import tcp_memory
from wswarm.units import NS_PER_S

_LOOK_NS = NS_PER_S // 4


class Growth:
    """Looks now and then.

    Args:
        target: Whose memory; `None`: nobody knows.

    Attributes:
        kernel: The most that TCP took so far, bytes; `None` where the kernel does not tell.
        squeezed_from: From how much on the kernel squeezes the buffers of all sockets; `None` likewise.
    """

    def __init__(self, target: TargetMeter | None) -> None:
        self._target = target
        self._seen: list[tuple[int, int]] = []
        self._looked_ns = 0
        self.kernel: int | None = None
        self.squeezed_from: int | None = None

    def look(self, now_ns: int) -> None:
        """Look, if it is time again."""
        if now_ns - self._looked_ns < _LOOK_NS:
            return
        self._looked_ns = now_ns
        use = self._target.read() if self._target is not None else None
        if use is not None:
            self._seen.append((now_ns, use.rss))
        memory = tcp_memory()
        if memory is not None:
            self.kernel = max(self.kernel or 0, memory.used)
            self.squeezed_from = memory.squeezed_from

    def between(self, began_ns: int, until_ns: int) -> int | None:
        """Return by how many bytes the target has grown between two moments, `None` if it was not looked at."""
        before = [rss for at_ns, rss in self._seen if at_ns <= began_ns]
        after = [rss for at_ns, rss in self._seen if at_ns <= until_ns]
        return after[-1] - before[-1] if before else None
