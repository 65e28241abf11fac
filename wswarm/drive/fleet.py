"""The front end's side of the agents: started, told, listened to, ended. Synchronous; no sockets under load."""

import selectors
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from wswarm.drive import wire
from wswarm.drive.child import Child
from wswarm.drive.started import Started
from wswarm.errors import GeneratorError
from wswarm.stats.findings import Packed, Reached, with_broadcasts


class AgentProcess(Child):
    """One agent.

    Attributes:
        snapshot: The latest heard of how it stands.
        ready: Set once it has reported so, as are `opened`, `sent` and `settled`.
        published: What it has published and nobody was told of yet.
    """

    def __init__(self, started: Started) -> None:
        super().__init__(started)
        self.snapshot = wire.Snapshot()
        self.ready: wire.Ready | None = None
        self.opened: wire.Opened | None = None
        self.sent: wire.Sent | None = None
        self.settled: wire.Settled | None = None
        self.published: list[Packed] = []
        self._news: list[Reached] = []

    def tell(self, command: wire.Command) -> None:
        """Send a command; an agent that is gone does not hear it."""
        self.send(wire.encode(command))

    def listen(self) -> None:
        """Read what has come and keep the latest of each kind."""
        for body in self.hear():
            self._note(wire.decode_report(body))

    def _note(self, report: wire.Report) -> None:
        if isinstance(report, wire.Snapshot):
            self.snapshot = report
        elif isinstance(report, wire.Ready):
            self.ready = report
        elif isinstance(report, wire.Opened):
            self.opened = report
        elif isinstance(report, wire.Published):
            self.published.append(report.log)
        elif isinstance(report, wire.News):
            self._news.append(report.settled)
        elif isinstance(report, wire.Sent):
            self.sent = report
        else:
            self.settled = wire.Settled(findings=with_broadcasts(report.findings, self._news))
            self._news = []


class Fleet:
    """All agents of a run, from `with` to its end: `holders` hold the measured connections, `publisher` publishes.

    Args:
        started: Their processes, the publishing one last.
        has_publisher: Whether one publishes: in a fan-out.
    """

    def __init__(self, started: Sequence[Started], *, has_publisher: bool) -> None:
        agents = [AgentProcess(one) for one in started]
        self.publisher = agents.pop() if has_publisher else None
        self.holders = agents
        self._selector = selectors.DefaultSelector()
        for agent in self.agents:
            self._selector.register(agent.channel, selectors.EVENT_READ, agent)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @property
    def agents(self) -> list[AgentProcess]:
        """All agents, the publishing one last."""
        return [*self.holders, *([self.publisher] if self.publisher else [])]

    @property
    def living(self) -> list[AgentProcess]:
        """The agents that have not died."""
        return [agent for agent in self.agents if agent.death is None]

    @property
    def deaths(self) -> tuple[str, ...]:
        """What became of each agent that died."""
        return tuple(agent.death for agent in self.agents if agent.death is not None)

    def listen(self, timeout: float) -> bool:
        """Take in what the agents say within `timeout` s, and return after the first whether there was any."""
        heard = self._selector.select(timeout)
        for key, _ in heard:
            agent: AgentProcess = key.data
            agent.listen()
            self._pass_on(agent)
            if agent.death is not None:
                self._selector.unregister(key.fileobj)
        return bool(heard)

    def _pass_on(self, publisher: AgentProcess) -> None:
        """Tell those who hold subscribers what was published."""
        for log in publisher.published:
            for agent in self.holders:
                agent.tell(wire.Publish(log=log))
        publisher.published = []

    def have(self, report: Callable[[AgentProcess], object]) -> bool:
        """Return whether every living agent has given the report.

        Raises:
            GeneratorError: none is left.
        """
        if not self.living:
            raise GeneratorError(f"no generator process is left: {'; '.join(self.deaths)}")
        return all(report(agent) is not None for agent in self.living)

    def _end(self) -> None:
        self._selector.close()
        for agent in self.agents:
            agent.channel.close()
        for agent in self.agents:
            agent.end()
