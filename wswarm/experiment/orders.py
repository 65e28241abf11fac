"""What each agent is told of the connections that it is to hold, before it opens any."""

from collections.abc import Sequence
from typing import NamedTuple

from wswarm.drive.fleet import wire
from wswarm.drive.fleet.fleet import AgentProcess, Fleet
from wswarm.experiment.cohorts import Cohort
from wswarm.experiment.filling import Filling
from wswarm.experiment.probe import QuietProbe
from wswarm.experiment.roles import role_of
from wswarm.load.plan import Plan
from wswarm.load.script import Script


class Orders(NamedTuple):
    """What orders are made of."""

    plan: Plan
    filling: Filling
    fleet: Fleet
    probe: QuietProbe

    def of(
        self, agent: AgentProcess, addresses: list[tuple[str, int]], script: Script | None, cohort: Cohort
    ) -> wire.Group:
        """Return what the agent's connections are: those of the publishers are elsewhere if the plan says so."""
        plan, holders, is_publisher = self.plan, self.fleet.holders, agent is self.fleet.publisher
        manner = plan.publishing if is_publisher else plan.manner
        by_http = plan.by_http if is_publisher else None
        url = by_http.url if by_http is not None else manner.url
        return wire.Group(
            name=plan.scenario,
            role=role_of(plan, is_publisher=is_publisher),
            manner=manner,
            cohort=cohort.name,
            receive_buffer=cohort.receive_buffer,
            most=None if cohort.most is None else _share(cohort.most, agent, holders),
            values=self.filling.variables,
            patience_s=plan.drain if cohort.patience_s is None else cohort.patience_s,
            is_closed=plan.closed,
            addresses=addresses if url == plan.url else self.filling.addresses(url),
            by_http=by_http,
            is_answered=plan.publish is not None,
            traced=_share(plan.trace, agent, holders) if by_http is None else 0,
            publishers=list(plan.publisher_ids),
            rooms=plan.rooms,
            script=script,
            replay=self.filling.replay,
            beside=[one for near in self.probe.near.values() for one in near],
            reconnect=cohort.reconnect,
            sampled=_share(self.fleet.sampled, agent, holders),
        )


def _share(most: int, agent: AgentProcess, holders: Sequence[AgentProcess]) -> int:
    """Return how many of so many are an agent's: all go to the holders in turn, and others have their own."""
    return len(range(holders.index(agent), most, len(holders))) if agent in holders else most
