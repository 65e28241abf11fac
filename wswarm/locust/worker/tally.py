"""Replies that users with tasks of their own expected: counted and timed as those of the engine's echoes are."""

import msgspec
import numpy as np

from wswarm.stats.findings import Arrivals, Findings, Sends, Window, pack
from wswarm.stats.histogram import Histogram


class ScriptTally:
    """What the scripted users of one class sent and got back in the hold.

    Attributes:
        window: The test's times.
    """

    def __init__(self, window: Window) -> None:
        self._has_asked = False
        self.begin_hold(window)

    def begin_hold(self, window: Window) -> None:
        """Begin anew."""
        self.window = window
        self._times = Histogram()
        self._sent = self._silent = self._disconnected = 0

    def counts(self, moment_ns: int) -> bool:
        """Return whether what was asked then is of the hold."""
        return self.window.hold_ns <= moment_ns < self.window.drain_ns

    def end_hold(self, window: Window) -> None:
        """End the hold with the window's; if it never began, what came before is forgotten."""
        if window.hold_ns >= window.drain_ns:
            self.begin_hold(window)
        self.window = window

    def note_sent(self, sent_ns: int) -> None:
        """Count a message that was sent."""
        self._sent += self.counts(sent_ns)

    def record(self, asked_ns: int, received_ns: int) -> bool:
        """Count a reply, and its time since it was asked for; return whether it counts.

        A time below 0 is kept: the run tells of it.
        """
        self._has_asked = True
        if not self.counts(asked_ns):
            return False
        self._times.record(np.array([received_ns - asked_ns]))
        return True

    def note_lost(self, asked_ns: int, *, is_disconnected: bool) -> bool:
        """Count a reply that did not come; return whether it counts."""
        self._has_asked = True
        if not self.counts(asked_ns):
            return False
        self._disconnected += is_disconnected
        self._silent += not is_disconnected
        return True

    def added_to(self, found: Findings) -> Findings:
        """Return the findings with these figures; as they are if nobody has ever expected a reply.

        What the target said is told where something expected did not come.
        """
        if not self._has_asked:
            return found
        lost = self._silent + self._disconnected
        nothing = pack(np.zeros(0, np.int64))
        arrivals = Arrivals(
            owed=self._times.n + lost,
            received=self._times.n,
            lost_disconnected=self._disconnected,
            lost_silent=self._silent,
            duplicated=0,
            reordered=0,
            extra=0,
            unmarked=0,
            response=self._times.pack(),
            service=self._times.pack(),
            by_second=b"",
            received_per_second=nothing,
            lost_per_second=nothing,
        )
        sends = Sends(offered=self._sent, sent=self._sent, lag=b"", per_second=nothing)
        words = found.words if lost else msgspec.structs.replace(found.words, unmarked=[])
        return msgspec.structs.replace(found, words=words, sends=sends, arrivals=arrivals)
