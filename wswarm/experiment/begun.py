"""The agents of a plan, started as soon as they are known: what is slow about them is their own loading."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from wswarm.drive.fleet.started import Started, start_agent, start_agents
from wswarm.drive.host import limits
from wswarm.drive.host.files import raise_file_limit
from wswarm.drive.probe.stamps import has_stamps
from wswarm.errors import GeneratorError, SwarmError
from wswarm.load import probing
from wswarm.load.plan import Plan

_PROBE = "the probe"


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
    return [*start_agents(holders, has_publisher=plan.is_published), *_probe_for(plan)]


def without_probe(started: Sequence[Started]) -> tuple[list[Started], Started | None]:
    """Return the agents among those started, and the probe if there is one."""
    probe = next((one for one in started if one.name == _PROBE), None)
    return [one for one in started if one is not probe], probe


def _probe_for(plan: Plan) -> list[Started]:
    """Start the plan's probe, if it has one that can say anything; it is none to fail for."""
    if not probing.is_wanted(plan) or probing.why_not(plan, plan.manner) or not has_stamps():
        return []
    try:
        return [start_agent(_PROBE, "wswarm.drive.probe.agent")]
    except GeneratorError:
        return []
