"""From what several agents found out to one run."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tests.stats.made import WINDOW, S, effort, histogram, ints, sockets
from wswarm.drive.host.probes import MachineUse
from wswarm.experiment.assemble import assemble
from wswarm.experiment.kernel import KernelSeen
from wswarm.experiment.observed import Observed
from wswarm.load.plan import make_plan
from wswarm.results.probe import Probe
from wswarm.results.run import Run
from wswarm.stats.findings import Arrivals, Findings, Sends, pack

OPENED_NS = WINDOW.origin_ns + S // 100


def agent(**spent: Any) -> Findings:
    """Return what an agent with one socket found out."""
    return Findings(sockets=sockets([OPENED_NS]), effort=msgspec.structs.replace(effort(), **spent))


def connect_run(*findings: Findings, connections: int | None = None, **seen: Any) -> Run:
    """Return the connect run of these agents."""
    plan = make_plan("connect", "ws://h", connections=connections or len(findings))
    return assemble(plan, observed(*findings, **seen))


def observed(*findings: Findings, **seen: Any) -> Observed:
    """Return what was observed where nothing else was remarkable."""
    usual: dict[str, Any] = {
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
    return Observed(**(usual | seen))


@pytest.mark.parametrize(
    ("spent", "reason"),
    [
        ({"cpu_share": 0.9}, "a generator process used 90% of a core"),
        ({"longest_stop_ns": 2 * S, "stood_ns": 2 * S}, "a generator process stood still for 2.00 s"),
        ({"longest_stop_ns": 2 * S}, "a generator process was busy for 2.00 s without a break"),
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


def slow_handshakes(count: int) -> Findings:
    """Return what an agent found out some of whose handshakes the kernel had to try again."""
    found = sockets([OPENED_NS] * count)
    return Findings(
        sockets=msgspec.structs.replace(found, started_ns=pack(ints([OPENED_NS - S] * count))),
        effort=effort(),
    )


def test_handshakes_tried_again_are_a_doubt_if_the_target_shares_the_kernel_that_threw_them_away() -> None:
    seen = KernelSeen(thrown_away=12)
    (told,) = connect_run(slow_handshakes(3), connections=3, kernel=seen, is_shared=True).validity.reasons
    assert "threw away 12 handshakes" in told
    assert "3 of the run's took 1 s or more" in told
    for found in (
        connect_run(slow_handshakes(3), connections=3, kernel=seen),
        connect_run(slow_handshakes(3), connections=3, is_shared=True),
        connect_run(agent(), kernel=seen, is_shared=True),
    ):
        assert found.validity.verdict == "valid"


def test_a_run_is_invalid_if_tcp_ran_short_of_memory() -> None:
    assert connect_run(agent(), kernel=KernelSeen(0, 100, 100)).validity.verdict == "valid"
    found = connect_run(agent(), kernel=KernelSeen(0, 1_300_000_000, 1_000_000_000))
    assert found.validity.verdict == "invalid"
    assert "TCP took 1,300 MB" in found.validity.reasons[0]


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


@pytest.mark.parametrize(("failed", "is_told"), [(2, True), (3, False)])
def test_a_probe_may_have_taken_the_places_of_as_many_connections_as_it_has(
    failed: int, is_told: bool
) -> None:
    found = Findings(
        sockets=sockets([OPENED_NS] * 97, requested=97 + failed, failures={"http 503": failed}),
        effort=effort(),
    )
    told = connect_run(found, probe=Probe(verdict="fine", sockets=2)).validity.reasons[0]
    assert ("the quiet probe has 2 more: --probe off" in told) == is_told


def echo_run(response_ns: int, *, pacing: str = "auto", gaps_ns: Sequence[int] = (), **sends: int) -> Run:
    """Return an echo run of one message whose reply came after so long; of more if `sends` says so."""
    nothing = pack(ints([]))
    counts: dict[str, int] = {"offered": 1, "sent": 1} | sends
    arrivals = Arrivals(
        **dict.fromkeys(
            ("lost_disconnected", "lost_silent", "duplicated", "reordered", "extra", "unmarked"), 0
        ),
        owed=counts["sent"],
        received=counts["sent"],
        response=histogram([response_ns]).pack(),
        service=histogram([response_ns]).pack(),
        by_second=b"",
        received_per_second=nothing,
        lost_per_second=nothing,
    )
    found = Findings(
        sockets=sockets([OPENED_NS]),
        effort=effort(),
        sends=Sends(lag=histogram([0]).pack(), per_second=nothing, gaps_ns=list(gaps_ns), **counts),
        arrivals=arrivals,
    )
    return assemble(make_plan("echo", "ws://h", connections=1, pacing=pacing), observed(found))


def test_a_time_below_zero_makes_a_run_invalid_and_is_called_a_bug() -> None:
    run = echo_run(-902_000_000)
    assert run.validity.verdict == "invalid"
    assert run.validity.reasons[0].startswith(
        "a measured time is below 0 (service_time -902 ms, response_time -902 ms): that is a bug of wswarm"
    )
    assert echo_run(0).validity.verdict == "valid"


@pytest.mark.parametrize(
    ("counts", "unsent", "verdict"),
    [
        ({"offered": 440, "sent": 220, "disconnected": 220}, (220, 0), "valid"),
        ({"offered": 440, "sent": 220, "disconnected": 200}, (200, 20), "invalid"),
        ({"offered": 440, "sent": 440}, (0, 0), "valid"),
    ],
)
def test_what_was_due_on_a_closed_connection_is_not_held_against_the_generator(
    counts: dict[str, int], unsent: tuple[int, int], verdict: str
) -> None:
    run = echo_run(1_000_000, **counts)
    assert run.messages is not None
    assert run.messages.unsent is not None
    assert (run.messages.unsent.disconnected, run.messages.unsent.late) == unsent
    assert run.validity.verdict == verdict


def test_a_target_whose_process_ended_has_failed() -> None:
    run = connect_run(agent(), agent(), died="process 17 ended 0.5 s into the hold")
    assert run.failure == "process 17 ended 0.5 s into the hold"
    assert run.notices == ["the target's process 17 ended 0.5 s into the hold"]


def test_a_generator_that_waited_for_a_core_is_told_so_with_those_who_used_it() -> None:
    waited = agent(loop_lag=histogram([S // 10] * 1000).pack(), wait_share=0.25, cpu_share=0.1)
    (reason,) = connect_run(agent(), waited, machine=MachineUse(0.0, 0.9, 5.2)).validity.reasons
    assert "it waited for a core for 25% of the time (" in reason
    assert "load average 5.2" in reason
    assert "times may be up to 100.0 ms too long, counts stand" in reason
    assert "fewer connections" not in reason


@pytest.mark.parametrize(
    ("pacing", "gaps_ns", "told"),
    [
        ("auto", [0], "exact"),
        ("auto", [200_000], "200µs batched"),
        ("auto", [0, 200_000], "exact and 200µs batched"),
        ("auto", [], "exact"),
        ("exact", [0], "exact"),
        ("batched", [500_000], "batched"),
    ],
)
def test_the_run_tells_how_sends_were_paced(pacing: str, gaps_ns: list[int], told: str) -> None:
    assert echo_run(1, pacing=pacing, gaps_ns=gaps_ns).generator.pacing.partition(",")[0] == told
