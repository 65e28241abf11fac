"""From what several agents found out to one run."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tests.stats.made import WINDOW, S, effort, histogram, sockets
from wswarm.drive.probes import MachineUse
from wswarm.experiment.assemble import Observed, assemble
from wswarm.load.plan import make_plan
from wswarm.run import Run
from wswarm.stats.findings import Findings

OPENED_NS = WINDOW.origin_ns + S // 100


def agent(**spent: Any) -> Findings:
    """Return what an agent with one socket found out."""
    return Findings(sockets=sockets([OPENED_NS]), effort=msgspec.structs.replace(effort(), **spent))


def connect_run(*findings: Findings, connections: int | None = None, **seen: Any) -> Run:
    """Return the connect run of these agents."""
    observed: dict[str, Any] = {
        "started_at": datetime.now(UTC),
        "window": WINDOW,
        "end_ns": WINDOW.drain_ns,
        "findings": findings,
        "deaths": (),
        "machine": MachineUse(None, None),
        "was_cut": False,
        "was_connecting": False,
        "is_shared": False,
        "target": None,
        "target_uses": {},
        "target_peak": 0,
    }
    plan = make_plan("connect", "ws://h", connections=connections or len(findings))
    return assemble(plan, Observed(**(observed | seen)))


@pytest.mark.parametrize(
    ("spent", "reason"),
    [
        ({"cpu_share": 0.9}, "a generator process used 90% of a core"),
        ({"longest_stop_ns": 2 * S}, "a generator process stood still for 2.00 s"),
        ({"loop_lag": histogram([S // 10] * 1000).pack()}, "the generator's loop was 100.0 ms late"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_agent_in_trouble_is_enough_wherever_it_stands(
    spent: dict[str, Any], reason: str, place: int
) -> None:
    agents = [agent(**spent) if number == place else agent() for number in range(3)]
    (found,) = connect_run(*agents).validity.reasons
    assert found.startswith(reason)


def test_agents_at_ease_leave_a_valid_run() -> None:
    assert connect_run(agent(), agent()).validity.verdict == "valid"


def test_of_a_ramp_that_was_interrupted_only_the_connections_that_were_begun_are_judged() -> None:
    """Nineteen of twenty that were begun have opened: of a hundred that were wanted."""
    begun = Findings(
        sockets=sockets([OPENED_NS] * 19, requested=100, failed_ns=[OPENED_NS], failures={"timeout": 1}),
        effort=effort(),
    )
    run = connect_run(begun, connections=100, was_cut=True, was_connecting=True)
    assert (run.connections.requested, run.connections.opened) == (100, 19)
    interrupted, opened = run.validity.reasons
    assert interrupted.startswith("interrupted while connecting")
    assert opened.startswith("95.0% of the connections opened")
