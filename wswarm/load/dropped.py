"""Who is dropped in a storm."""

import numpy as np

from wswarm.load.settings import Settings
from wswarm.load.turns import Int64s


def dropped_ids(plan: Settings) -> Int64s:
    """Return the ids of those that are dropped, ascending: spread over the order of connecting, each by chance.

    Of as many equal parts of the order as there are to be dropped one of each is, so that they are spread over the
    agents, too. A restart drops all.
    """
    count = plan.connections if plan.how == "restart" else round(plan.connections * plan.drop)
    edges = np.arange(count + 1) * plan.connections // max(1, count)
    chance = np.random.default_rng((plan.seed or 0, plan.connections))
    ids: Int64s = 1 + chance.integers(edges[:-1], edges[1:], dtype=np.int64)
    return ids
