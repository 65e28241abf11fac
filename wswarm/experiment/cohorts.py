"""Which of a plan's connections belong together: each cohort is a group of its own in every agent that holds some."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from wswarm.drive.fleet.wire import Reconnect
from wswarm.load.plan import Plan
from wswarm.load.storm import publishers_policy
from wswarm.stats.findings import Int64s


class Cohort(NamedTuple):
    """Connections whose figures are wanted apart.

    Attributes:
        name: As `Findings.cohort` has it.
        ids: Theirs, ascending.
        receive_buffer: As `wire.Group` has it. `patience_s`: how long what is owed to them is waited for; `None`: as
            long as the plan has it.
        most: How many of those who come to it in the load there may be at once; `None`: none come.
        reconnect: How they come back, if they are to be dropped.
    """

    name: str
    ids: Int64s
    receive_buffer: int | None = None
    patience_s: float | None = None
    most: int | None = None
    reconnect: Reconnect | None = None


def all_together(connections: int) -> list[Cohort]:
    """Return the one cohort of connections that are all alike."""
    return [Cohort("", np.arange(1, connections + 1, dtype=np.int64))]


def publishers(plan: Plan) -> Cohort:
    """Return those who publish, who come back where it is our doing that they are lost."""
    policy = publishers_policy(plan)
    reconnect = Reconnect(policy=policy, seed=plan.seed or 0) if policy is not None else None
    return Cohort("", np.array(plan.publisher_ids, np.int64), reconnect=reconnect)


def shares(cohorts: Sequence[Cohort], place: int, agents: int) -> list[Int64s]:
    """Return the ids that the agent in a place holds of each cohort: all ids go to the agents in turn."""
    return [cohort.ids[(cohort.ids - 1) % agents == place] for cohort in cohorts]
