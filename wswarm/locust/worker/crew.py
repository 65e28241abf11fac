"""A station's agents: one that holds the users' connections and, at one station, one that publishes."""

import logging
from collections.abc import Callable

import gevent

from wswarm.drive.fleet import wire
from wswarm.drive.fleet.fleet import AgentProcess, Followed
from wswarm.drive.fleet.started import start_agent
from wswarm.load.pace import Pace
from wswarm.locust.messages import Begin, State
from wswarm.locust.worker.outgoing import Outgoing
from wswarm.stats.findings import Packed, Window

_log = logging.getLogger(__name__)


class Crew:
    """The agents of one test at one station.

    Args:
        hear_seat: Takes what the holding agent says of one connection.
        news: Called when something else has been heard, or an agent has died.

    Attributes:
        deaths: What became of agents that died.
    """

    def __init__(self, order: Begin, hear_seat: Callable[[Followed], None], news: Callable[[], None]) -> None:
        self.deaths: list[str] = []
        self._news = news
        self._outgoing: dict[AgentProcess, Outgoing] = {}
        self._published: list[dict[str, Packed]] = []
        self._load, self._is_ended = 0, False
        self._test, self._unfit = order.test, list[str]()
        self._holder = self._start(f"the agent of {order.name}", order, order.groups, order.ahead_ns)
        self._holder.on_followed = hear_seat
        self._publisher: AgentProcess | None = None
        if order.publishing:
            self._publisher = self._start(f"the publishing agent of {order.name}", order, order.publishing, 0)
            for group, one in enumerate(order.publishing):
                self._tell(self._publisher, wire.Join(group=group, ids=one.publishers))

    @property
    def load(self) -> int:
        """How many holds have begun, as far as all agents have told."""
        return min(agent.snapshot.load for agent in self._outgoing)

    @property
    def held(self) -> wire.Snapshot:
        """How the agent stands that holds the users' connections."""
        return self._holder.snapshot

    @property
    def publishing(self) -> wire.Snapshot:
        """How the agent stands that publishes, if one does."""
        return self._publisher.snapshot if self._publisher is not None else wire.Snapshot()

    def state(self, number: int, pending: int, seated: int) -> State:
        """Return how the station stands: for the time of that number, with so many handshakes under way and users."""
        return State(
            test=self._test,
            number=number,
            load=self.load,
            pending=pending,
            seated=seated,
            groups=self.held.groups,
            publishing=self.publishing.groups,
            deaths=self.deaths,
        )

    def take_unfit(self) -> list[str]:
        """Return which scripts can't be run, and why, since the last time."""
        unfit, self._unfit = self._unfit, []
        return unfit

    def tell(self, command: wire.Command) -> None:
        """Send a command to the agent that holds the users' connections."""
        self._tell(self._holder, command)

    def keep_paces(self, paces: list[Pace], publishing: list[Pace]) -> None:
        """Send at these paces; `publishing` are the publishers'."""
        for agent, own in self._shares(paces, publishing):
            for pace in own:
                self._tell(agent, pace)

    def begin_hold(self, window: Window, paces: list[Pace], publishing: list[Pace]) -> None:
        """Begin the load whose hold begins with the window's."""
        self._load += 1
        for agent, own in self._shares(paces, publishing):
            self._tell(agent, wire.Load(number=self._load, window=window, paces=own))

    def end_hold(self, window: Window) -> None:
        """End the hold with the window's."""
        self._tell_all(wire.Cut(window=window))

    def settle(self, deadline_ns: int) -> None:
        """Wait for what is owed."""
        self._tell_all(wire.Settle(deadline_ns=deadline_ns))

    def take_published(self) -> list[dict[str, Packed]]:
        """Return what was published since the last time."""
        published, self._published = self._published, []
        return published

    @property
    def has_sent(self) -> bool:
        """Whether all living agents have sent all."""
        return all(agent.has_sent for agent in self._living())

    def findings(self) -> tuple[wire.Settled, wire.Settled] | None:
        """Return what holder and publisher found once all living ones have told; `None` before."""
        if any(agent.settled is None for agent in self._living()):
            return None
        nothing = wire.Settled(findings=[])
        publisher = self._publisher.settled if self._publisher is not None else None
        return self._holder.settled or nothing, publisher or nothing

    def end(self) -> None:
        """End the agents."""
        self._is_ended = True
        for outgoing in self._outgoing.values():
            outgoing.finish()
        for agent in self._outgoing:
            agent.end()

    def _shares(self, held: list[Pace], publishing: list[Pace]) -> list[tuple[AgentProcess, list[Pace]]]:
        return [(agent, publishing if agent is self._publisher else held) for agent in self._outgoing]

    def _tell(self, agent: AgentProcess, command: wire.Command) -> None:
        self._outgoing[agent].tell(command)

    def _tell_all(self, command: wire.Command) -> None:
        for agent in self._outgoing:
            self._tell(agent, command)

    def _living(self) -> list[AgentProcess]:
        return [agent for agent in self._outgoing if agent.death is None]

    def _start(self, name: str, order: Begin, groups: list[wire.Group], ahead_ns: int) -> AgentProcess:
        agent = AgentProcess(start_agent(name))
        self._outgoing[agent] = Outgoing(agent)
        self._tell(agent, wire.Begin(groups=groups, prefix=order.prefix, ahead_ns=ahead_ns))
        self._tell(agent, wire.Load(number=0, window=order.window))
        gevent.spawn(self._listen, agent)
        return agent

    def _listen(self, agent: AgentProcess) -> None:
        """Take in what an agent says, until it ends."""
        while agent.death is None and not self._is_ended:
            before = agent.snapshot, agent.has_sent, agent.settled
            agent.listen()
            if agent.unfit is not None:
                self._unfit.append(agent.unfit)
                agent.unfit = None
                self._news()
            for logs in agent.take_published():
                self._published.append(logs)
                self.tell(wire.Publish(logs=logs))
            if self._published or before != (agent.snapshot, agent.has_sent, agent.settled):
                self._news()
        if agent.death is not None and not self._is_ended:
            self.deaths.append(agent.death)
            _log.error("%s: its share of the test is missing", agent.death)
            self._news()
