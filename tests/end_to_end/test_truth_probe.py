"""The quiet probe beside loads that read in time, and beside one that reads late, by how much is known."""

from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from statistics import median
from typing import Any, NamedTuple

import pytest

from benchmarks.faults import LATE_S, with_fault
from tests.end_to_end.instrument import NS_PER_S, as_told, clock, run, several_at_once, side_by_side
from tests.end_to_end.servers import serve
from wswarm.load.plan import make_plan
from wswarm.results.run import Probe, Run

pytestmark = pytest.mark.skipif("sys.platform != 'linux'", reason="the kernel's receive times are Linux's")

HELD_S = 0.02
FAN_OUT = {"connections": 10, "rate": 20.0, "duration": 2.0, "warmup": 0.2, "drain": 2.0, "probe": "on"}


class Measured(NamedTuple):
    """A run, and what the server says of it."""

    run: Run
    facts: dict[str, Any]


def probe_of(run: Run) -> Probe:
    """What the run's probe says."""
    assert run.probe is not None
    return run.probe


def echo() -> Measured:
    """A hundred connections, which have a probe unless told otherwise."""
    with serve("echo") as server:
        found = run("echo", server.url, connections=100, rate=1_000, duration=1.5, connect_rate=1_000)
        return Measured(found, server.log())


def echo_to_all() -> Measured:
    """An echo in which everybody hears everybody."""
    with serve("relay", to_sender=True) as server:
        found = run("echo", server.url, connections=4, rate=1_000, duration=1.5, probe="on")
        return Measured(found, server.log())


@pytest.fixture(scope="module")
def counted() -> Iterator[dict[str, Future[Measured]]]:
    """Runs of which the counts matter."""
    with side_by_side({"echo": echo, "echo to all": echo_to_all}, at_once=2) as found:
        yield found


@several_at_once
def test_a_probe_comes_on_top_of_the_load_and_is_in_none_of_its_counts(
    counted: dict[str, Future[Measured]],
) -> None:
    measured = counted["echo"].result()
    found, probe = measured.run, probe_of(measured.run)
    assert found.messages is not None
    assert (found.connections.requested, found.connections.opened, found.connections.peak) == (100,) * 3
    assert found.messages.offered == found.messages.sent == found.messages.received == 1_500
    assert (found.messages.extra, found.messages.unmarked, found.messages.duplicated) == (0, 0, 0)
    assert probe.sockets == 2
    assert 8 <= probe.pairs <= 15
    assert measured.facts["received"] == 100 + 1_500 + 15


@several_at_once
def test_what_a_server_tells_everybody_of_the_probe_is_nobodys(
    counted: dict[str, Future[Measured]],
) -> None:
    found = counted["echo to all"].result().run
    assert found.messages is not None
    assert found.messages.received == found.messages.sent == 1_500
    assert found.messages.extra == 3 * 1_500
    assert set(found.messages.extra_kinds) == {"of another connection"}
    assert found.messages.unmarked == 0
    assert probe_of(found).pairs >= 8


def held(fault: str) -> Measured:
    """A fan-out whose server holds each message for a while, to agents that have the fault."""
    with serve("delayed_relay", delay=HELD_S) as server:
        return Measured(with_fault(make_plan("fanout", server.url, **FAN_OUT), fault), server.log())


@pytest.fixture(scope="module")
def timed() -> Iterator[dict[str, Future[Measured]]]:
    """Runs of which the times matter, one after the other."""
    with side_by_side({one: partial(held, one) for one in ("none", "late")}, at_once=1) as found:
        yield found


def was_in_time(probe: Probe, run: Run) -> bool:
    """Whether the probe read in time, as far as it says itself: on a busy machine it may not."""
    assert run.fanout is not None
    assert run.fanout.delivery_time.p50 is not None
    assert probe.own_wait_p99 is not None
    return probe.own_wait_p99 < 0.1 * run.fanout.delivery_time.p50


@clock
def test_a_probe_sees_the_times_that_a_server_is_known_to_take(timed: dict[str, Future[Measured]]) -> None:
    for found, facts in (one.result() for one in timed.values()):
        probe = probe_of(found)
        assert probe.time is not None
        took_s = [(delivered - due) / NS_PER_S for due, delivered in sorted(facts["deliveries_ns"])[-40:]]
        assert min(took_s) >= HELD_S
        assert probe.time.p50 == as_told(median(took_s), found, abs_s=0.001)
        assert probe.pairs == 40


@clock
def test_a_load_that_reads_five_milliseconds_late_is_told_by_how_much_and_never_valid(
    timed: dict[str, Future[Measured]],
) -> None:
    found = timed["late"].result().run
    probe = probe_of(found)
    assert probe.later == as_told(LATE_S, found, abs_s=0.002)
    assert probe.low is not None
    assert probe.low > 1.15
    assert probe.verdict == ("late" if was_in_time(probe, found) else "no statement")
    if probe.verdict == "late":
        assert found.validity.verdict != "valid"
        assert any("later than the quiet probe" in reason for reason in found.validity.reasons)


@clock
def test_a_load_that_reads_in_time_is_fine(timed: dict[str, Future[Measured]]) -> None:
    found = timed["none"].result().run
    probe = probe_of(found)
    assert probe.ratio == pytest.approx(1.0, rel=0.05, abs=as_told(0.0, found).abs / HELD_S)
    assert probe.verdict != "late" or (probe.later_low or 0) > 0.001


@clock
@pytest.mark.parametrize("fault", ["tick", "starved"])
def test_agents_whose_timers_tick_or_who_have_no_core_are_never_valid(fault: str) -> None:
    load = {"connections": 20, "rate": 500.0, "duration": 1.5, "warmup": 0.2, "drain": 2.0}
    with serve("echo") as server:
        found = with_fault(make_plan("echo", server.url, **load), fault)
    assert found.validity.verdict != "valid"
