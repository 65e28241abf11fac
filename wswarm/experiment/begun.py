"""The agents of a plan, started as soon as they are known: what is slow about them is their own loading."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from wswarm.drive.fleet.started import PROBE, Started, start_agents
from wswarm.drive.host import limits
from wswarm.drive.host.files import raise_file_limit
from wswarm.drive.probe.stamps import has_stamps
from wswarm.errors import SwarmError
from wswarm.load import probing
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
    """Start the agents of a plan and its quiet probe, and return them.

    Raises:
        PlanError: this machine can't carry them. GeneratorError: it lets no more processes be started.
    """
    holders = limits.agents_for(plan)
    raise_file_limit()  # two files per agent here, and what is started inherits it
    return start_agents(holders, has_publisher=plan.is_published, has_probe=_is_probed(plan))


def without_probe(started: Sequence[Started]) -> tuple[list[Started], Started | None]:
    """Return the agents among those started, and the probe if there is one."""
    probe = next((one for one in started if one.name == PROBE), None)
    return [one for one in started if one is not probe], probe


def _is_probed(plan: Plan) -> bool:
    """Return whether the plan has a probe that can say anything."""
    return bool(probing.is_wanted(plan) and not probing.why_not(plan, plan.manner) and has_stamps())
