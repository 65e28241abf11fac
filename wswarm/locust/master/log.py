"""What the publishers' station has published: passed on to the others, and kept."""

from collections import defaultdict
from collections.abc import Sequence

from wswarm.drive.fleet import wire
from wswarm.locust import messages
from wswarm.locust.bus import ConductorEnd
from wswarm.locust.master import shift
from wswarm.locust.master.roster import Member
from wswarm.stats.findings import Packed
from wswarm.stats.published import join_logs


class Log:
    """The log of one test."""

    def __init__(self, bus: ConductorEnd) -> None:
        self._bus = bus
        self._told: defaultdict[str, list[Packed]] = defaultdict(list)

    def pass_on(self, publisher: Member, published: messages.Published, members: Sequence[Member]) -> None:
        """Tell the other stations what was published; those of the publisher's own have been told."""
        for name, log in shift.logs(published.logs, -publisher.ahead_ns).items():
            self._told[name].append(log)
        for member in members if published.logs else ():
            if member is not publisher:
                logs = shift.logs(published.logs, member.ahead_ns - publisher.ahead_ns)
                self._bus.tell(member.worker, wire.Publish(logs=logs))

    def joined(self) -> dict[str, Packed]:
        """Return all of it, by the group."""
        return {name: join_logs(told) for name, told in self._told.items()}
