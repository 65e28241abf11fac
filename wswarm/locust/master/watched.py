"""The target's process, where it is known: what it had used at the moments of a test."""

from wswarm.drive.host.probes import TargetMeter, TargetUse


class WatchedTarget:
    """The target of one test after another.

    Attributes:
        meter: What reads it; `None`: nobody knows its process.
        uses: What it had used by the name of the moment, `None` where that is not known.
        peak: The most memory that was seen, bytes.
    """

    def __init__(self, pid: int | None) -> None:
        self.meter = TargetMeter(pid) if pid is not None else None
        self.uses: dict[str, TargetUse | None] = {}
        self.peak = 0

    def begin(self, *, is_held_at_once: bool) -> None:
        """Begin a test; perhaps all of it is the hold."""
        self.peak = 0
        self.uses = {"before": self.look()}
        if is_held_at_once:
            self.uses |= {"open": None, "hold": self.uses["before"]}

    def note(self, moment: str) -> None:
        """Look at it, and remember that as of this moment."""
        self.uses[moment] = self.look()

    def note_open(self) -> None:
        """Look at it as of when all were open; the hold is still to begin, perhaps anew."""
        self.uses |= {"open": self.look(), "hold": None}

    def look(self) -> TargetUse | None:
        """Return what it has used so far."""
        use = self.meter.read() if self.meter is not None else None
        if use is not None:
            self.peak = max(self.peak, use.rss)
        return use
