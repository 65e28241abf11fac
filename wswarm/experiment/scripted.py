"""What each agent is told of a script."""

import sys

from wswarm.load.plan import Plan
from wswarm.load.script import Script


def script_for(plan: Plan, place: int, agents: int, origin_ns: int) -> Script | None:
    """Return what the sessions are of the agent in that place among so many; `None` without a script."""
    if plan.script is None:
        return None
    most = len(range(place, plan.connections, agents)) if plan.sessions is not None else None
    return Script(
        path=plan.script,
        session=plan.session,
        most=most,
        search=sys.path,
        place=place,
        agents=agents,
        origin_ns=origin_ns,
    )
