"""A run whose random arrivals came in clumps says so, on ramps too; one that kept to them does not."""

import msgspec
import numpy as np
import pytest

from tests.experiment.test_assemble import OPENED_NS, observed
from tests.report import runs
from tests.stats.made import WINDOW, S, effort, histogram, ints, sockets
from wswarm.experiment.evidence import evidence
from wswarm.experiment.paces import paces
from wswarm.load.plan import Plan, make_plan
from wswarm.load.schedule import instants_of
from wswarm.stats.drops import drops_of
from wswarm.stats.findings import Findings, Int64s, Sends, pack
from wswarm.stats.random_gaps import Fit

MS = S // 1_000
RAMP = "1s:100/s,2s:900/s"


def told(plan: Plan, tick_ns: int) -> Fit | None:
    """Return how well two agents kept to a plan, each of which sends at its ticks."""
    hold = paces(plan, WINDOW, ints([0]), 1)[-1]
    due_ns = np.concatenate([WINDOW.hold_ns + one for one in instants_of(hold)])
    findings = [agent(due_ns[place::2], -(-due_ns[place::2] // tick_ns) * tick_ns) for place in (0, 1)]
    run = msgspec.structs.replace(runs.echo(), plan=msgspec.to_builtins(plan))
    return evidence(run, observed(*findings), drops_of(findings, WINDOW)).arrivals


def agent(due_ns: Int64s, sent_ns: Int64s) -> Findings:
    """Return what an agent found out that had these looked at."""
    sampled = pack(np.stack((due_ns, sent_ns)))
    sends = Sends(offered=1, sent=1, lag=histogram([0]).pack(), per_second=pack(ints([])), sampled=sampled)
    return Findings(sockets=sockets([OPENED_NS]), effort=effort(), sends=sends)


@pytest.mark.parametrize("load", [{"rate": 300.0, "duration": 3.0}, {"stages": RAMP}], ids=["level", "ramp"])
def test_sends_at_a_tick_of_10_ms_are_told_and_those_at_one_of_a_microsecond_are_not(
    load: dict[str, object],
) -> None:
    plan = make_plan("echo", "ws://h", arrivals="poisson", seed=3, **load)
    promptly, at_ticks = told(plan, 1_000), told(plan, 10 * MS)
    assert promptly is not None
    assert at_ticks is not None
    assert (promptly.is_poor, at_ticks.is_poor) == (False, True)
    assert promptly.gaps >= 890


def test_where_nothing_was_looked_at_nothing_is_told() -> None:
    plan = make_plan("echo", "ws://h")
    findings = [Findings(sockets=sockets([OPENED_NS]), effort=effort())]
    run = msgspec.structs.replace(runs.echo(), plan=msgspec.to_builtins(plan))
    assert evidence(run, observed(*findings), drops_of(findings, WINDOW)).arrivals is None
