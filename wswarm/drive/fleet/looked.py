"""What one agent told of what it had found so far, as its front end keeps it."""

from collections import defaultdict

import msgspec

from wswarm.drive.fleet import wire
from wswarm.stats.findings import Findings, Packed
from wswarm.stats.looked import LookedAt
from wswarm.stats.published import join_logs


class Looked:
    """Nothing, until the agent is looked at; but what is published has to be kept from the first on.

    Attributes:
        number: Of the last look that was answered, 0 for none.
        is_kept: Whether what is published is kept.
    """

    def __init__(self) -> None:
        self.number = 0
        self.is_kept = False
        self._found: list[Findings] = []
        self._connections: defaultdict[int, LookedAt] = defaultdict(LookedAt)
        self._logs: list[Packed] = []

    def note_published(self, logs: dict[str, Packed]) -> None:
        """Keep what was published."""
        if self.is_kept:
            self._logs += logs.values()

    def note(self, report: wire.Rows | wire.SoFar) -> None:
        """Take in what the agent told."""
        if isinstance(report, wire.Rows):
            self._connections[report.group].add(report.rows, report.sockets)
        else:
            self.number, self._found = report.number, report.findings

    def findings(self) -> list[Findings]:
        """Return what was found up to the last look, group by group, but for what is told as news."""
        return [self._whole(number, one) for number, one in enumerate(self._found)]

    def _whole(self, group: int, found: Findings) -> Findings:
        sockets = self._connections[group].with_times(found.sockets)
        sends = found.sends
        if sends is not None and self._logs:
            self._logs = [join_logs(self._logs)]
            sends = msgspec.structs.replace(sends, log=self._logs[0])
        return msgspec.structs.replace(found, sockets=sockets, sends=sends)
