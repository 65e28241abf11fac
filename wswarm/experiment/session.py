"""A fleet of agents that is told what to do and when: connections, loads one after another, what was found."""

import random
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet import wire
from wswarm.drive.fleet.fleet import AgentProcess, Fleet
from wswarm.drive.fleet.started import Started
from wswarm.errors import PlanError
from wswarm.experiment.cohorts import Cohort, all_together, publishers, shares
from wswarm.experiment.filling import Filling
from wswarm.experiment.orders import Orders
from wswarm.experiment.paces import GROUP, paces, places_of
from wswarm.experiment.probe import QuietProbe
from wswarm.experiment.ramp import at_once
from wswarm.experiment.scripted import script_for
from wswarm.load.arrivals import given_in_all
from wswarm.load.marker import prefix_for
from wswarm.load.plan import Plan
from wswarm.stats.agents import of_one_agent
from wswarm.stats.findings import Findings, Int64s, Packed, Window, pack
from wswarm.units import NS_PER_S

_LISTEN_S = 0.1
_BLOCKED_S = 10.0  # what a script keeps from all else for so long is not going to measure anything


class Session:
    """All agents of one plan, from `with` to its end.

    Args:
        plan: How to connect and what to say.
        started: The agents' processes, the publishing one last.
        filling: What names in braces stand for.
        cohorts: The connections that are opened before the load; `None`: all, and all alike.
        probe: The process of the quiet probe, if it has one.
    """

    def __init__(
        self,
        plan: Plan,
        started: Sequence[Started],
        filling: Filling,
        cohorts: Sequence[Cohort] | None = None,
        probe: Started | None = None,
    ) -> None:
        self._plan, self._filling = plan, filling
        self.probe = QuietProbe(plan, filling, probe)
        self._cohorts = cohorts or all_together(plan.connections)
        self._prefix = prefix_for(random.SystemRandom().getrandbits(32))
        self._load = -1
        self.fleet = Fleet(started, has_publisher=plan.is_published)
        self._orders = Orders(plan, filling, self.fleet, self.probe)

    def __enter__(self) -> Self:
        self.fleet.__enter__()
        self.probe.make_ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.probe.hang_up()  # all end at the same time
        self.fleet.__exit__(kind, error, trace)
        self.probe.end()

    def open(self, addresses: list[tuple[str, int]], start_ns: int) -> None:
        """Have all connections opened at the plan's rate from `start_ns` on.

        Args:
            addresses: Of the plan's host; those of publishers that have another are looked up.

        Raises:
            TargetError: there is no such host.
        """
        for place, agent in enumerate(self.fleet.agents):
            groups = self.groups_of(agent)
            script = script_for(self._plan, place, len(self.fleet.holders), start_ns)
            orders = [self._orders.of(agent, addresses, script, cohort) for cohort in groups]
            last_id, near = self.probe.after, self.probe.near
            agent.tell(wire.Begin(groups=orders, prefix=self._prefix, last_id=last_id, probes=len(near)))
            for number, (order, cohort) in enumerate(zip(orders, groups, strict=True)):
                starts_ns = start_ns + (cohort.ids - 1) * (NS_PER_S / self._plan.connect_rate)
                self.join(
                    agent,
                    number,
                    cohort.ids,
                    starts_ns.astype(np.int64),
                    is_with_data=order.by_http is None,  # which is that of connections
                    at_once=at_once(len(self.fleet.holders)),
                )
        self.probe.open(addresses, self._prefix, start_ns)

    def groups_of(self, agent: AgentProcess) -> list[Cohort]:
        """Return what of each cohort an agent holds, a group each; of the publishing one, the publishers."""
        holders = self.fleet.holders
        if agent is self.fleet.publisher:
            return [publishers(self._plan)]
        place = holders.index(agent)
        owned = shares(self._cohorts, place, len(holders))
        return [cohort._replace(ids=own) for cohort, own in zip(self._cohorts, owned, strict=True)]

    def join(
        self,
        agent: AgentProcess,
        group: int,
        ids: Int64s,
        starts_ns: Int64s,
        *,
        is_with_data: bool = True,
        stays_ns: Packed = b"",
        leaves_ns: Packed = b"",
        at_once: int = 0,
    ) -> None:
        """Have an agent open more connections of a group, each at its moment.

        Args:
            stays_ns: As `wire.Join` has them, as are `leaves_ns`.
        """
        own: list[int] = ids.tolist()
        agent.tell(
            wire.Join(
                group=group,
                ids=own,
                starts_ns=pack(starts_ns),
                stays_ns=stays_ns,
                leaves_ns=leaves_ns,
                at_once=at_once,
                columns=self._filling.columns if is_with_data else [],
                data=self._filling.of(own) if is_with_data else [],
            )
        )

    def tell(self, command: wire.Command) -> None:
        """Tell every agent that lives."""
        for agent in self.fleet.living:
            agent.tell(command)

    def are_open(self) -> bool:
        """Return whether every connection is open or has failed."""
        return self.fleet.have(lambda agent: len(agent.opened) == len(self.groups_of(agent)))

    def load(self, plan: Plan, window: Window) -> None:
        """Have the plan's messages sent at the window's times, on the connections that are open."""
        self._load += 1
        places = places_of(self.fleet, plan)
        senders = sum(int(np.count_nonzero(own >= 0)) for own in places.values())
        told = {name: paces(plan, window, own, senders) for name, own in places.items()}
        is_numeric = plan.by_http is not None and plan.by_http.is_numeric
        published = [pace for own in told.values() for pace in own] if is_numeric else []
        probed_ns = self.probe.load(window)
        for agent in self.fleet.agents:
            agent.tell(
                wire.Load(
                    number=self._load,
                    window=window,
                    paces=told.get(agent.name, []),
                    published=published,
                    probed_ns=probed_ns,
                )
            )

    def arrive(self, window: Window) -> None:
        """Have sessions begin at random instants of warm-up and hold, each on a connection of its own."""
        plan, agents = self._plan, self.fleet.agents
        length_ns = window.drain_ns - window.start_ns
        count = round((plan.sessions or 0) * length_ns / NS_PER_S)
        blocks = list(given_in_all(length_ns, count, (plan.seed or 0,)))
        starts_ns = window.start_ns + np.concatenate([np.zeros(0, np.int64), *blocks])
        ids = np.arange(1, count + 1, dtype=np.int64)
        for place, agent in enumerate(agents):
            self.join(agent, GROUP, ids[place :: len(agents)], starts_ns[place :: len(agents)])

    def has_sent(self) -> bool:
        """Return whether all sends of the load are made."""
        return self.fleet.have(lambda agent: agent.has_sent)

    def cut(self, window: Window) -> None:
        """Have the load end with this window."""
        self.tell(wire.Cut(window=window))
        self.probe.cut(window)

    def settle(self, deadline_ns: int) -> None:
        """Have every ledger closed, when all is accounted for or at the deadline."""
        self.fleet.settle(deadline_ns)

    def is_settled(self) -> bool:
        """Return whether every agent has told what it found."""
        return self.fleet.is_settled()

    def findings(self) -> list[Findings]:
        """Return what the agents found that have told."""
        told = [agent.settled for agent in self.fleet.agents if agent.settled is not None]
        return [one for settled in told for one in of_one_agent(settled.findings)]

    def keep_published(self) -> None:
        """Keep what is published from now on for `findings_so_far`."""
        for agent in self.fleet.agents:
            agent.looked.is_kept = True

    def look(self, number: int) -> None:
        """Have every agent tell what it has found so far."""
        self.tell(wire.Look(number))

    def have_looked(self, number: int) -> bool:
        """Return whether every agent has told what it had found at that look."""
        return self.fleet.have(lambda agent: agent.looked.number == number)

    def findings_so_far(self) -> list[Findings]:
        """Return what the agents had found when they were looked at last."""
        return [one for agent in self.fleet.living for one in of_one_agent(agent.so_far())]

    def close(self) -> None:
        """Have all connections closed."""
        self.tell(wire.Close())

    def listen_until(
        self,
        is_over: Callable[[], bool],
        due_ns: int,
        grace_s: float,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        """Listen to the agents until that is over; one that says nothing for long after it was due is taken for dead.

        Args:
            due_ns: When it should be over; then it is looked at once more.
            meanwhile: Called several times a second.

        Raises:
            GeneratorError: no agent is left. PlanError: the script can't be run.
        """
        due_ns = max(due_ns, now_ns())  # whoever stood still meanwhile hears late what was said in time
        while not is_over():
            left_s = (due_ns - now_ns()) / NS_PER_S
            is_late = left_s < -grace_s
            self.fleet.listen(min(left_s, _LISTEN_S) if left_s > 0 else _LISTEN_S)
            while is_late and self.fleet.listen(0.0):
                pass
            self._check_scripts()
            if meanwhile is not None:
                meanwhile()
            if is_late and not is_over():
                for agent in self.fleet.living:
                    agent.give_up(grace_s)
                due_ns = now_ns()

    def _check_scripts(self) -> None:
        for agent in self.fleet.agents:
            if agent.unfit is not None:
                raise PlanError(agent.unfit)
            if self._plan.script is not None and agent.death is None:
                blocked_s = agent.blocked_s()
                if blocked_s > _BLOCKED_S:
                    agent.give_up(blocked_s)
