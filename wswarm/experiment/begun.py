"""The agents of a plan, started as soon as they are known: what is slow about them is their own loading."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from wswarm.drive.fleet.started import Started, start_agents
from wswarm.drive.host import limits
from wswarm.drive.host.files import raise_file_limit
from wswarm.errors import SwarmError
from wswarm.load.plan import Plan


@contextmanager
def agents_begun(plan: Plan) -> Iterator[Sequence[Started] | None]:
    """Yield the plan's agents, started; `None` if they can't be, as who measures it then tells. None outlives it."""
    started: Sequence[Started] | None = None
    with suppress(SwarmError):
        started = start_for(plan)
    try:
        yield started
    finally:
        for agent in started or ():
            agent.discard()


def start_for(plan: Plan) -> list[Started]:
    """Start the agents of a plan, and return them.

    Raises:
        PlanError: this machine can't carry them. GeneratorError: it lets no more processes be started.
    """
    holders = limits.agents_for(plan)
    raise_file_limit()  # two files per agent here, and what is started inherits it
    return start_agents(holders, has_publisher=plan.is_published)
