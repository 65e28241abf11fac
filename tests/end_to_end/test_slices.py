"""One load after another on the same connections: each slice has its own exact figures."""

import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from tests.end_to_end.servers import ROOT
from wswarm.drive.host.cores import Pinning
from wswarm.drive.host.ports import free_ports
from wswarm.drive.host.server import Command, Server
from wswarm.experiment.ab.arm import ArmSession
from wswarm.experiment.ab.calibration import closed_load, find_overload, open_load
from wswarm.experiment.ab.design import Timing
from wswarm.experiment.ab.record import cpu_per_message, received_in_all, record
from wswarm.load.plan import Plan, make_plan
from wswarm.stats.summary import messages

RATE = 1000.0
SLICE_S = 0.2


@contextmanager
def session(faults: str = "{}", *, drain: float = 1.0) -> Iterator[ArmSession]:
    """A swarm of five connected to a server of these faults."""
    plan = make_plan("echo", "ws://h", connections=5, drain=drain, closed=True)
    with swarm_of(plan, "version", faults) as connected:
        yield connected


@contextmanager
def swarm_of(plan: Plan, module: str, argument: str) -> Iterator[ArmSession]:
    """The plan's swarm connected to one of the servers."""
    (port,) = free_ports(1)
    line = f"{shlex.quote(sys.executable)} -m tests.end_to_end.servers.{module} {{port}} '{argument}'"
    plan = msgspec.structs.replace(plan, url=f"ws://127.0.0.1:{port}")
    with Server(Command("base", line, ROOT), port) as server:
        connected = ArmSession(server, plan, Pinning())
        try:
            connected.begin()
            connected.connect()
            yield connected
        finally:
            connected.close()


def test_of_too_many_broadcasts_so_many_come_per_s_as_the_server_carries() -> None:
    """All of the time for which it had no core at most, which is known, is missing."""
    plan, true = make_plan("fanout", "ws://h", connections=5, drain=4.0, rate=1.0), 50.0
    timing = Timing(budget_s=60.0, blocks=2, closed_blocks=1, slice_s=0.4, pause_s=0.05)
    with swarm_of(plan, "limited", json.dumps({"relay": 1, "spin": 1e6 / true})) as connected:
        load = find_overload(connected, plan, timing, true / 2, 1)
        seen = connected.run(open_load(plan, 2 * timing.slice_s, load, 1), timing.pause_s)
    kept = record("head", "overload", (0, 0, 0), seen, seen.began_ns)
    found, counts = kept.slice.values["capacity"], kept.slice.counts
    assert found is not None
    assert (counts.lost, counts.owed) == (0, 5 * counts.sent)
    waited = (kept.server_wait_s or 0.0) * true / counts.sent
    assert 0.95 * (1 - waited) * true < found < 1.05 * true
    assert load < 1.6 * true


def plan_of(drain: float = 1.0):
    """The plan of the slices."""
    return make_plan("echo", "ws://127.0.0.1:1", connections=5, drain=drain)


def test_every_slice_counts_its_own_messages_and_no_others() -> None:
    plan = plan_of(drain=20)  # so long a neighbour may have the cores
    with session(drain=20) as connected:
        seen = [connected.run(open_load(plan, SLICE_S, RATE, seed), 0.05) for seed in range(4)]
        closed = connected.run(closed_load(plan, 10 * SLICE_S, 1), 0.05)
        again = connected.run(open_load(plan, SLICE_S, RATE, 1), 0.05)
    for one in (*seen, again):
        found = messages(one.findings)
        assert (found.offered, found.sent, found.owed, found.received) == (200, 200, 200, 200)
        assert (found.duplicated, found.extra, found.unmarked) == (0, 0, 0)
        assert received_in_all(one) == 220  # a tenth more is sent before
    assert messages(closed.findings).received > 200
    assert messages(closed.findings).lost.silent == 0


def test_a_message_that_comes_after_its_slice_is_lost_there_and_nothing_in_the_next() -> None:
    for times in (1, 10, 50):  # slices that a neighbour's turn is a small part of
        count, drain = 200 * times, 0.05 * times
        with session(f'{{"late": {count // 2}, "by": {300 * times}}}', drain=2 * drain) as connected:
            load = open_load(plan_of(2 * drain), times * SLICE_S, RATE, 1)
            first = connected.run(load, drain)
            second = connected.run(load, 8 * drain)
        if not any(messages(one.findings).unsent.late for one in (first, second)):
            break
    assert messages(first.findings).lost.silent == 2
    found = messages(second.findings)
    assert (found.extra, found.duplicated, found.unmarked) == (0, 0, 0)
    assert found.received + found.lost.silent == count


def test_the_cpu_of_a_message_is_the_server_s_with_all_its_children() -> None:
    """What it takes besides to pass a message on is a tenth of it, however busy the machine is."""
    with session('{"spin": 3000, "workers": 1}', drain=10) as connected:
        seen = connected.run(open_load(plan_of(10), SLICE_S, 100.0, 1), 0.05)
    assert cpu_per_message(seen) == pytest.approx(3000e-6, rel=0.25)
    kept = record("head", "open", (0, 0, 0), seen, seen.began_ns)
    assert kept.slice.values["p50"]
    assert kept.server_rss


def test_what_a_lost_connection_should_have_had_is_lost() -> None:
    with session('{"drop": 60}') as connected:
        seen = connected.run(open_load(plan_of(), 1.0, 200.0, 1), 0.05)
    kept = record("head", "open", (0, 0, 0), seen, seen.began_ns)
    assert kept.dropped == 5
    assert kept.slice.counts.owed == 200
    assert kept.slice.counts.received < 60
    assert kept.slice.counts.lost == 200 - kept.slice.counts.received
    assert not any("sent" in reason for reason in kept.slice.reasons)


def test_a_slice_is_not_charged_with_what_was_lost_in_one_before() -> None:
    with session('{"drop": 60}') as connected:
        connected.run(open_load(plan_of(), 1.0, 200.0, 1), 0.05)
        seen = connected.run(open_load(plan_of(), 0.2, 200.0, 1), 0.05)
    kept = record("head", "open", (0, 0, 0), seen, seen.began_ns)
    assert (kept.dropped, kept.slice.counts.lost) == (0, 0)


def test_a_slice_whose_generator_died_is_recorded_with_the_reason() -> None:
    with session() as connected:
        for agent in connected._fleet.agents:
            agent.process.kill()
        seen = connected.run(open_load(plan_of(), SLICE_S, RATE, 1), 0.05)
    kept = record("base", "open", (0, 0, 0), seen, seen.began_ns)
    assert kept.slice.counts.owed == 0
    assert "killed by signal 9" in kept.slice.reasons[0]
