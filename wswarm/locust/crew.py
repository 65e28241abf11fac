"""A station's agents: one that holds the users' connections and, at one station, one that publishes."""

import logging
from collections import defaultdict
from collections.abc import Callable

import gevent
import msgspec

from wswarm.drive.live import wire
from wswarm.drive.live.process import LiveProcess
from wswarm.locust.messages import Begin
from wswarm.locust.outgoing import Outgoing
from wswarm.stats.findings import Packed, Reached, Window, with_broadcasts

_log = logging.getLogger(__name__)


class Crew:
    """The agents of one test at one station.

    Args:
        hear_seat: Takes what the holding agent says of one connection.
        news: Called when something else has been heard, or an agent has died.

    Attributes:
        held: The latest snapshot of the holder. `published`: of the publisher.
        deaths: What became of agents that died.
    """

    def __init__(
        self, order: Begin, hear_seat: Callable[[wire.Report], None], news: Callable[[], None]
    ) -> None:
        self.held = self.published = wire.Snapshot()
        self.deaths: list[str] = []
        self._hear_seat, self._news = hear_seat, news
        self._outgoing: dict[LiveProcess, Outgoing] = {}
        self._has_sent: set[LiveProcess] = set()
        self._published: list[dict[str, Packed]] = []
        self._settled_before: defaultdict[int, list[Reached]] = defaultdict(list)
        self._settled: dict[LiveProcess, wire.Settled] = {}
        self._is_ended = False
        self._holder = self._start(f"the agent of {order.name}", order, order.squads, order.ahead_ns)
        self._publisher: LiveProcess | None = None
        if order.publishing:
            self._publisher = self._start(f"the publishing agent of {order.name}", order, order.publishing, 0)
            for squad, one in enumerate(order.publishing):
                for connection_id in one.publishers:
                    self._tell(self._publisher, wire.Join(squad, connection_id))

    @property
    def hold(self) -> int:
        """How many holds have begun, as far as all agents have told."""
        snapshots = [self.held, *([self.published] if self._publisher is not None else [])]
        return min(snapshot.hold for snapshot in snapshots)

    def tell(self, command: wire.Command) -> None:
        """Send a command to the agent that holds the users' connections."""
        self._tell(self._holder, command)

    def keep_paces(self, paces: list[wire.Pace], publishing: list[wire.Pace]) -> None:
        """Send at these paces; `publishing` are the publishers'."""
        for pace in paces:
            self._tell(self._holder, pace)
        if self._publisher is not None:
            for pace in publishing:
                self._tell(self._publisher, pace)

    def begin_hold(self, window: Window, paces: list[wire.Pace], publishing: list[wire.Pace]) -> None:
        """Begin the hold with the window's."""
        self._tell(self._holder, wire.Hold(window=window, paces=paces))
        if self._publisher is not None:
            self._tell(self._publisher, wire.Hold(window=window, paces=publishing))

    def end_hold(self, window: Window) -> None:
        """End the hold with the window's."""
        for agent in self._agents():
            self._tell(agent, wire.Cut(window=window))

    def settle(self, deadline_ns: int) -> None:
        """Wait for what is owed."""
        for agent in self._agents():
            self._tell(agent, wire.Settle(deadline_ns=deadline_ns))

    def take_published(self) -> list[dict[str, Packed]]:
        """Return what was published since the last time."""
        published, self._published = self._published, []
        return published

    @property
    def has_sent(self) -> bool:
        """Whether all living agents have sent all."""
        return all(agent in self._has_sent for agent in self._living())

    def findings(self) -> tuple[wire.Settled, wire.Settled] | None:
        """Return what holder and publisher found once all living ones have told; `None` before."""
        if not all(agent in self._settled for agent in self._living()):
            return None
        nothing = wire.Settled(findings=[])
        publisher = self._settled.get(self._publisher) if self._publisher is not None else None
        return self._settled.get(self._holder, nothing), publisher or nothing

    def end(self) -> None:
        """End the agents."""
        self._is_ended = True
        for agent in self._agents():
            self._outgoing[agent].finish()
        for agent in self._agents():
            agent.end()

    def _with_broadcasts(self, settled: wire.Settled) -> wire.Settled:
        found = [
            with_broadcasts(one, self._settled_before[number]) for number, one in enumerate(settled.findings)
        ]
        return msgspec.structs.replace(settled, findings=found)

    def _tell(self, agent: LiveProcess, command: wire.Command) -> None:
        self._outgoing[agent].tell(command)

    def _agents(self) -> list[LiveProcess]:
        return [self._holder, *([self._publisher] if self._publisher is not None else [])]

    def _living(self) -> list[LiveProcess]:
        return [agent for agent in self._agents() if agent.death is None]

    def _start(self, name: str, order: Begin, squads: list[wire.Squad], ahead_ns: int) -> LiveProcess:
        agent = LiveProcess(name)
        self._outgoing[agent] = Outgoing(agent)
        muster = wire.Muster(squads=squads, prefix=order.prefix, window=order.window, ahead_ns=ahead_ns)
        self._tell(agent, muster)
        gevent.spawn(self._listen, agent)
        return agent

    def _listen(self, agent: LiveProcess) -> None:
        """Take in what an agent says, until it ends."""
        while agent.death is None and not self._is_ended:
            for report in agent.reports():
                self._note(agent, report)
        if agent.death is not None and not self._is_ended:
            self.deaths.append(agent.death)
            _log.error("%s: its share of the test is missing", agent.death)
            self._news()

    def _note(self, agent: LiveProcess, report: wire.Report) -> None:
        if isinstance(report, wire.Snapshot):
            if agent is self._publisher:
                self.published = report
            else:
                self.held = report
        elif isinstance(report, wire.Published):
            self._published.append(report.logs)
            self._tell(self._holder, wire.Publish(logs=report.logs))
        elif isinstance(report, wire.News):
            self._settled_before[report.squad].append(report.settled)
        elif isinstance(report, wire.Sent):
            self._has_sent.add(agent)
        elif isinstance(report, wire.Settled):
            self._settled[agent] = self._with_broadcasts(report) if agent is self._holder else report
        elif agent is not self._publisher:
            self._hear_seat(report)
            return
        self._news()
