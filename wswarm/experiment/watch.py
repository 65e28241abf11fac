"""What the target's processes spend and hold while a run goes on, whether they live, and what the kernel does."""

from wswarm.drive.clock import cpu_ns, now_ns
from wswarm.drive.host.probes import TargetHeld, TargetMeter, TargetUse
from wswarm.experiment.kernel import KernelWatch
from wswarm.stats.findings import Window
from wswarm.stats.ring import Ring
from wswarm.stats.trends import Samples
from wswarm.units import NS_PER_S

_GAP_NS = NS_PER_S
_IDLE = 100  # times as long as a look took: who has 10,000 descriptors is not looked at all the time


class TargetWatch:
    """Looks at the target, if its process is known.

    Args:
        meter: `None`: it is not.

    Attributes:
        uses: What it had spent and held at the moments of the run that were noted.
        peak: Most resident bytes seen.
        kernel: Looks at this machine's kernel beside it.
        died: How its process ended before the hold did, if it did.
    """

    def __init__(self, meter: TargetMeter | None) -> None:
        self.meter = meter
        self.uses: dict[str, TargetUse | None] = {}
        self.kernel = KernelWatch()
        self.peak = 0
        self.died: str | None = None
        self._held = Ring(len(TargetHeld._fields))
        self._next_ns = 0
        self._is_retired = False

    def note(self, moment: str, window: Window) -> None:
        """Look at it, and keep what it has spent and holds under that name."""
        self.uses[moment] = self.look(window)

    def look(self, window: Window, *, is_another: bool = False) -> TargetUse | None:
        """Return what it has spent and holds; once another process of ours is in its place, nothing any more."""
        self._is_retired |= is_another
        self.kernel.look()
        if self.meter is None or self._is_retired:
            return None
        use = self.meter.read()
        if use is not None:
            self.peak = max(self.peak, use.rss)
        if self.died is None and self.meter.has_ended():
            self._note_death(self.meter.pid, window)
        return use

    def sample(self, origin_ns: int) -> None:
        """Keep what it holds, if that has not been done just now."""
        began_ns = now_ns()
        if self.meter is None or self._is_retired or began_ns < self._next_ns:
            return
        began_cpu_ns = cpu_ns()
        held = self.meter.held()
        took_ns = cpu_ns() - began_cpu_ns
        self._next_ns = began_ns + max(_GAP_NS, _IDLE * took_ns)
        if held is not None:
            self._held.add((began_ns - origin_ns) / NS_PER_S, held)

    def samples(self) -> dict[str, Samples]:
        """Return what it held, by the names of the run file."""
        kept = self._held.kept()
        return {
            f"target.{name}": Samples(kept.at, kept.mean[:, place])
            for place, name in enumerate(TargetHeld._fields)
        }

    def _note_death(self, pid: int, window: Window) -> None:
        """Note that the target's process has ended, unless the hold has too."""
        now = now_ns()
        if window.drain_ns == 0 or now < window.drain_ns:
            held_s = (now - window.hold_ns) / NS_PER_S
            since = (
                f"{held_s:.1f} s into the hold" if window.hold_ns and held_s > 0 else "before the hold began"
            )
            self.died = f"process {pid} ended {since}"
