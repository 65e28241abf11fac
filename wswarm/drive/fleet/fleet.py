"""The front end's side of the agents: started, told, listened to, ended. Synchronous; no sockets under load."""

import selectors
from collections import defaultdict
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import msgspec

from wswarm.drive.fleet import wire
from wswarm.drive.fleet.child import Child
from wswarm.drive.fleet.looked import Looked
from wswarm.drive.fleet.started import Started
from wswarm.errors import GeneratorError
from wswarm.stats.findings import Findings, Packed, Reached, together, with_broadcasts

_MOST_PIECES = 512

Followed = wire.Joined | wire.Ended | wire.Heard | wire.Said


class AgentProcess(Child):
    """One agent.

    Attributes:
        snapshot: The latest heard of how it stands.
        is_ready: Whether it takes commands. `unfit`: why it can't run the script, if it can't.
        opened: The groups whose connections have all been opened, or have failed.
        open_rows: Per group which were open then, or when it was settled last.
        has_sent: Whether it has sent all of its load. `settled`: what it found, once it has told.
        on_traced: Called with what it tells of connections that are shown.
        on_followed: Called with what it says of one connection.
        looked: What it tells while the load goes on, if it is asked.
        sampled: The times of single messages that it told, and `left_out` per group how many it did not.
    """

    def __init__(self, started: Started) -> None:
        super().__init__(started)
        self.snapshot = wire.Snapshot()
        self.is_ready = False
        self.unfit: str | None = None
        self.opened: set[int] = set()
        self.open_rows: dict[int, Packed] = {}
        self._published: list[dict[str, Packed]] = []
        self.on_traced: Callable[[wire.Traced], None] = _ignore
        self.on_followed: Callable[[Followed], None] = _ignore
        self._load = -1
        self.has_sent = False
        self.settled: wire.Settled | None = None
        self._news: defaultdict[int, list[Reached]] = defaultdict(list)
        self.looked = Looked()
        self.sampled: list[Packed] = []
        self.left_out: dict[int, int] = {}

    def tell(self, command: wire.Command) -> None:
        """Send a command; an agent that is gone does not hear it."""
        if isinstance(command, wire.Load):  # what it says of a load before is not waited for any more
            self._load, self.has_sent, self.settled = command.number, False, None
            self._news.clear()
        self.send(wire.encode(command))

    def take_published(self) -> list[dict[str, Packed]]:
        """Return what it has published since the last time."""
        published, self._published = self._published, []
        return published

    def so_far(self) -> list[Findings]:
        """Return what it had found when it was last looked at."""
        found = self.looked.findings()
        return [with_broadcasts(one, self._news[number]) for number, one in enumerate(found)]

    def listen(self) -> None:
        """Read what has come and keep the latest of each kind."""
        for body in self.hear():
            self._note(wire.decode_report(body))

    def _note(self, report: wire.Report) -> None:
        if isinstance(report, wire.Snapshot):
            self.snapshot = report
        elif isinstance(report, wire.Ready | wire.Unfit):
            self._note_start(report)
        elif isinstance(report, wire.Opened):
            self.opened.add(report.group)
            self.open_rows[report.group] = report.rows
        elif isinstance(report, wire.Published):
            self._published.append(report.logs)
            self.looked.note_published(report.logs)
        elif isinstance(report, wire.News):
            if report.load == self._load:
                self._note_news(self._news[report.group], report.settled)
        elif isinstance(report, wire.Sent):
            self.has_sent |= report.load == self._load
        elif isinstance(report, wire.Settled):
            self._note_settled(report)
        else:
            self._note_further(report)

    def _note_further(self, report: wire.Rows | wire.SoFar | wire.Sampled | wire.Traced | Followed) -> None:
        """Take in what is told of only if it is asked for."""
        if isinstance(report, wire.Rows | wire.SoFar):
            self.looked.note(report)
        elif isinstance(report, wire.Sampled):
            self.sampled.append(report.kept)
            self.left_out[report.group] = report.left_out
        elif isinstance(report, wire.Traced):
            self.on_traced(report)
        else:
            self.on_followed(report)

    def _note_news(self, known: list[Reached], settled: Reached) -> None:
        """Keep what was settled, in few pieces: over hours there are many small ones."""
        known.append(settled)
        if len(known) >= _MOST_PIECES:
            known[:] = [together(known)]

    def _note_start(self, report: wire.Ready | wire.Unfit) -> None:
        if isinstance(report, wire.Ready):
            self.is_ready = True
        else:
            self.unfit = report.why

    def _note_settled(self, settled: wire.Settled) -> None:
        found = [with_broadcasts(one, self._news[number]) for number, one in enumerate(settled.findings)]
        self.settled = msgspec.structs.replace(settled, findings=found)
        self.open_rows.update(enumerate(settled.open_rows))
        self._news.clear()


class Fleet:
    """All agents of a run, from `with` to its end: `holders` hold the measured connections, `publisher` publishes.

    Args:
        started: Their processes, the publishing one last.
        has_publisher: Whether one publishes: in a fan-out.

    Attributes:
        sampled: Of how many messages the times are wanted; to be set before anything is opened.
    """

    def __init__(self, started: Sequence[Started], *, has_publisher: bool) -> None:
        agents = [AgentProcess(one) for one in started]
        self.publisher = agents.pop() if has_publisher else None
        self.holders, self.sampled = agents, 0
        self._settle: wire.Settle | None = None  # that the publisher has not been told
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
        for logs in publisher.take_published():
            for agent in self.holders:
                agent.tell(wire.Publish(logs=logs))

    def have(self, report: Callable[[AgentProcess], bool]) -> bool:
        """Return whether every living agent has reported.

        Raises:
            GeneratorError: none is left.
        """
        if not self.living:
            raise GeneratorError(f"no generator process is left: {'; '.join(self.deaths)}")
        return all(map(report, self.living))

    def settle(self, deadline_ns: int) -> None:
        """Have every ledger closed; who publishes is told last, and hears until then what the target refuses."""
        self._settle = wire.Settle(deadline_ns=deadline_ns)
        for agent in self.holders:
            if agent.death is None:
                agent.tell(self._settle)

    def is_settled(self) -> bool:
        """Return whether every living agent has told what it found.

        Raises:
            GeneratorError: none is left.
        """
        are_holders = all(agent.settled is not None for agent in self.holders if agent.death is None)
        if are_holders and self._settle is not None and self.publisher is not None:
            self.publisher.tell(self._settle)
            self._settle = None
        return are_holders and self.have(lambda agent: agent.settled is not None)

    def _end(self) -> None:
        self._selector.close()
        for agent in self.agents:
            agent.hang_up()
        for agent in self.agents:
            agent.end()


def _ignore(_: object) -> None:
    """Nobody follows single connections."""
