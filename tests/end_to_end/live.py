"""Live agents as the tests drive them: one that holds, one that publishes, told what to do at once."""

import selectors
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

import msgspec

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers import address
from wswarm.drive.fleet import wire
from wswarm.drive.fleet.child import Child
from wswarm.drive.fleet.started import start_agent
from wswarm.load.marker import prefix_for
from wswarm.load.pace import Pace
from wswarm.load.plan import Plan
from wswarm.stats.findings import STILL_OPEN, Findings, Window, with_broadcasts
from wswarm.stats.published import Published, join_logs, read_log

S = 1_000_000_000
_LEAD_NS = S // 5
_PATIENCE_S = 120.0


class _Agent(Child):
    """One agent's process, all of whose reports are kept."""

    def tell(self, command: wire.Command) -> None:
        """Send a command."""
        self.send(wire.encode(command))

    def reports(self) -> Iterator[wire.Report]:
        """Wait for what comes next and yield each whole report; none when the agent has ended."""
        for body in self.hear():
            yield wire.decode_report(body)


class Live:
    """One group of connections at a server, and its publishers; from `with` to its end."""

    def __init__(
        self,
        role: wire.Role,
        plan: Plan,
        *,
        publishers: int = 0,
        is_heard: bool = False,
        ahead_ns: int = 0,
        nonce: int | None = None,
    ) -> None:
        now = now_ns()
        self.role, self.plan = role, plan
        self.window = Window(now, now, now, STILL_OPEN)
        self.reports: list[wire.Report] = []
        self.published: list[wire.Report] = []
        self.holder = _Agent(start_agent("the holder"))
        self.publisher = _Agent(start_agent("the publisher")) if publishers else None
        self._agents = [self.holder, *([self.publisher] if self.publisher is not None else [])]
        self._publishers, self._load = publishers, 0
        self._selector = selectors.DefaultSelector()
        prefix = prefix_for(now if nonce is None else nonce)
        for agent in self._agents:
            kind: wire.Role = role if agent is self.holder else "publish"
            group = wire.Group(
                name="group",
                role=kind,
                manner=plan.manner,
                patience_s=plan.drain,
                addresses=address.resolve(plan.url),
                publishers=[900 + number for number in range(publishers)],
                is_followed=True,
                is_heard=is_heard,
            )
            agent.tell(wire.Begin(groups=[group], prefix=prefix, ahead_ns=ahead_ns))
            agent.tell(wire.Load(number=0, window=self.window))
            self._selector.register(agent.channel, selectors.EVENT_READ, agent)
        for number in range(publishers):
            assert self.publisher is not None
            self.publisher.tell(wire.Join(group=0, ids=[900 + number]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for agent in self._agents:
            agent.tell(wire.Close())
        for agent in self._agents:
            agent.end()

    def join(self, first: int, count: int) -> None:
        """Open connections and wait until each is open or has failed."""
        before = len(self.of_kind(wire.Joined, self.reports))
        for number in range(first, first + count):
            self.holder.tell(wire.Join(group=0, ids=[number]))
        self.listen_until(lambda: len(self.of_kind(wire.Joined, self.reports)) == before + count)

    def hold(self, rate: float, senders: int, lead_ns: int = _LEAD_NS) -> int:
        """Begin the hold once the publishers are there, so long after it is told; return when it begins."""
        self.listen_until(lambda: len(self.of_kind(wire.Joined, self.published)) == self._publishers)
        hold_ns = now_ns() + lead_ns
        self.window = Window(self.window.origin_ns, self.window.start_ns, hold_ns, STILL_OPEN)
        pace = Pace(group=0, at_ns=hold_ns, rate=rate, senders=senders, is_anew=True)
        self._load += 1
        window = msgspec.structs.replace(self.window, start_ns=hold_ns)
        for agent in self._agents:
            agent.tell(wire.Load(number=self._load, window=window, paces=[pace]))
        return hold_ns

    def finish(self, hold_s: float, drain_s: float = 3.0) -> list[Findings]:
        """End the hold after so long; return what the holder found, and the publisher."""
        drain_ns = self.window.hold_ns + round(hold_s * S)
        self.window = Window(
            self.window.origin_ns,
            self.window.start_ns,
            self.window.hold_ns,
            drain_ns,
            drain_ns + round(drain_s * S),
        )
        for agent in self._agents:
            agent.tell(wire.Cut(window=self.window))
        self.listen_until(lambda: len(self.of_kind(wire.Sent)) == len(self._agents))
        for agent in self._agents:
            agent.tell(wire.Settle(deadline_ns=self.window.end_ns))
        self.listen_until(lambda: len(self.of_kind(wire.Settled)) == len(self._agents))
        news = [one.settled for one in self.of_kind(wire.News, self.reports) if one.load == self._load]
        reports = [self.of_kind(wire.Settled, kept)[-1] for kept in (self.reports, self.published) if kept]
        return [with_broadcasts(report.findings[0], news) for report in reports]

    def log(self) -> Published:
        """Return what was published in the hold."""
        parts = [report.logs["group"] for report in self.of_kind(wire.Published, self.published)]
        log = read_log(join_logs(parts))
        in_hold = (log.intended_ns >= self.window.hold_ns) & (log.intended_ns < self.window.drain_ns)
        return Published(*(column[in_hold] for column in log))

    def of_kind(self, kind: type, kept: list[wire.Report] | None = None) -> list:  # type: ignore[type-arg]
        """Return the reports of a kind so far."""
        every = self.reports + self.published if kept is None else kept
        return [report for report in every if isinstance(report, kind)]

    def listen_until(self, is_over: Callable[[], bool]) -> None:
        """Take in what the agents say until then."""
        deadline = time.monotonic() + _PATIENCE_S
        while not is_over():
            assert time.monotonic() < deadline, "the agents do not say what is waited for"
            for key, _ in self._selector.select(0.05):
                agent: _Agent = key.data
                heard = list(agent.reports())
                (self.reports if agent is self.holder else self.published).extend(heard)
                for report in self.of_kind(wire.Published, heard):
                    self.holder.tell(wire.Publish(logs=report.logs))
                assert agent.death is None, agent.death

    def listen_for(self, seconds: float) -> None:
        """Take in what the agents say for so long."""
        end = time.monotonic() + seconds
        self.listen_until(lambda: time.monotonic() >= end)
