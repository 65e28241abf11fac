"""One version in one generation: its fresh server, and the swarm that stays connected to it."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec
import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet.started import start_agents
from wswarm.drive.host import cores, limits, spending
from wswarm.drive.host.cores import Pinning
from wswarm.drive.host.probes import MachineMeter
from wswarm.drive.host.server import Server
from wswarm.errors import GeneratorError, TargetError
from wswarm.experiment.canaries import wait_for_canaries
from wswarm.experiment.filling import filling_of
from wswarm.experiment.observe import check_opened, is_hopeless
from wswarm.experiment.ramp import longest_s
from wswarm.experiment.session import Session
from wswarm.load.plan import Plan
from wswarm.stats.findings import STILL_OPEN, Findings, Window, unpack
from wswarm.units import NS_PER_S

WARMUP_SHARE = 0.1
_START_AFTER_NS = 50_000_000
_GRACE_S = 10.0
_START_S = 30.0


class Observation(NamedTuple):
    """What one slice of load showed.

    Attributes:
        began_ns: When it began to be loaded.
        plan: The load.
        window: Its times.
        findings: Of each agent; none where they died.
        dropped: Connections that were lost since the slice before.
        before: What the server had spent then; `after`: when all had arrived.
    """

    began_ns: int
    plan: Plan
    window: Window
    findings: list[Findings]
    deaths: tuple[str, ...]
    dropped: int
    before: spending.Spent | None
    after: spending.Spent | None
    steal: float | None


class ArmSession:
    """A swarm connected to one server: slices of load, one after another, on the same connections.

    Args:
        server: That is started, or starts meanwhile.
        plan: How to connect and what to say.
        pinning: The cores of either, once started.
    """

    def __init__(self, server: Server, plan: Plan, pinning: Pinning) -> None:
        self._server, self._pinning = server, pinning
        self._plan = msgspec.structs.replace(plan, bind=limits.sources(plan))
        has_publisher = plan.scenario == "fanout"
        self._filling = filling_of(plan)
        started = start_agents(plan.processes or 1, has_publisher=has_publisher)
        self._session = Session(self._plan, started, self._filling)
        self._fleet = self._session.fleet
        self._dropped = 0

    def begin(self) -> None:
        """Begin to open the connections, once the server listens.

        Raises:
            TargetError: it does not.
        """
        self._listen_until(lambda: self._fleet.have(lambda agent: agent.is_ready), _START_S)
        self._server.wait_until_it_listens()
        cores.keep(self._server.pid, self._pinning.servers)
        for agent in self._fleet.agents:
            cores.keep(agent.process.pid, self._pinning.generator)
        self._session.open(self._filling.addresses(self._plan.url), now_ns() + _START_AFTER_NS)

    def connect(self) -> None:
        """Wait until the connections are open.

        Raises:
            TargetError: not one of them opened. TargetFailed: it closed them all.
        """
        plan = self._plan
        self._listen_until(
            lambda: self._session.are_open() or is_hopeless(self._fleet),
            longest_s(plan) + _START_S,
        )
        try:
            check_opened(plan, self._fleet, was_cut=False)
            wait_for_canaries(plan, self._session, self._listen_until_due)
            check_opened(plan, self._fleet, was_cut=False)
        except TargetError as error:
            raise type(error)(f"{self._server.name}: {error}{self._server.farewell()}") from None

    @property
    def pid(self) -> int:
        """Of the server."""
        return self._server.pid

    def run(self, plan: Plan, pause_s: float) -> Observation:
        """Return what a slice of load showed; without findings if an agent died.

        Args:
            pause_s: Time without load before it.
        """
        while self._fleet.listen(0):
            pass  # what the agents said of themselves while they were idle
        began_ns = now_ns()
        window = self._window(plan, began_ns + round(pause_s * NS_PER_S))
        machine, steal = MachineMeter(), None
        before = spending.spent(self._server.pid)
        try:
            self._session.load(plan, window)
            machine.start()
            length_s = (window.drain_ns - began_ns) / NS_PER_S + plan.drain
            self._listen_until(self._session.has_sent, length_s + _GRACE_S)
            steal = machine.stop().steal
            self._session.settle(window.end_ns)
            self._listen_until(self._session.is_settled, plan.drain + _GRACE_S)
        except GeneratorError:
            pass  # it is in the deaths
        deaths = self._fleet.deaths
        return Observation(
            began_ns=began_ns,
            plan=plan,
            window=window,
            findings=[] if deaths else self._session.findings(),
            deaths=deaths,
            dropped=self._newly_dropped(),
            before=before,
            after=spending.spent(self._server.pid),
            steal=steal,
        )

    def _newly_dropped(self) -> int:
        """Return how many connections were lost since the last time."""
        lost = [unpack(one.sockets.closed_ns) != STILL_OPEN for one in self._session.findings()]
        before, self._dropped = self._dropped, sum(map(int, map(np.count_nonzero, lost)))
        return self._dropped - before

    def close(self) -> None:
        """Close all connections and end the agents; the server is its owner's to end."""
        self._session.close()
        self._session.__exit__(None, None, None)

    def _window(self, plan: Plan, start_ns: int) -> Window:
        hold_ns = start_ns + round(plan.warmup * NS_PER_S)
        drain_ns = hold_ns + round(plan.duration * NS_PER_S)
        return Window(start_ns, start_ns, hold_ns, drain_ns, drain_ns + round(plan.drain * NS_PER_S))

    def _listen_until_due(self, is_over: Callable[[], bool], due_ns: int) -> None:
        self._session.listen_until(is_over, due_ns, _GRACE_S)

    def _listen_until(self, is_over: Callable[[], bool], limit_s: float) -> None:
        """Listen to the agents; one that has not told after so long is taken for dead."""
        self._session.listen_until(is_over, now_ns() + round(limit_s * NS_PER_S), _GRACE_S)
