"""Connections that are pinged, that answer pings, and that something cuts when nobody says a word."""

from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from itertools import product
from time import monotonic_ns
from typing import Any, NamedTuple

import pytest

from tests.end_to_end import instrument
from tests.end_to_end.servers import serve
from wswarm.results.progress import Progress
from wswarm.results.run import Run

pytestmark = instrument.several_at_once
DRIVERS = pytest.mark.parametrize("driver", ["picows", "websockets"])
SCENARIOS = pytest.mark.parametrize("scenario", ["connect", "echo", "fanout"])


class Measured(NamedTuple):
    """A run, what the server says of it, and the last moment that was seen to be of the hold."""

    run: Run
    facts: dict[str, Any]
    in_hold_ns: int


def measured(scenario: str, server: dict[str, Any], **options: Any) -> Measured:
    """A measurement of a server that is idle but for what it is told to do, of little load."""
    load = {} if scenario == "connect" else {"warmup": 0.0, "drain": 0.1}
    in_hold_ns = [0]

    def watch(progress: Progress) -> None:
        if progress.phase == "hold":
            in_hold_ns.append(monotonic_ns())

    with serve("idle", **server) as idle:
        found = instrument.run(scenario, idle.url, watch, **options, **load)
        return Measured(found, idle.log(), in_hold_ns[-1])


def pinging(scenario: str, driver: str) -> Measured:
    """Connections that are pinged, of which silent ones would be cut."""
    slow = {} if scenario == "connect" else {"rate": 1.0}
    load = {"connections": 6, "duration": 1.5, "ping": 0.3, **slow}
    return measured(scenario, {"cut_after": 3.0}, driver=driver, **load)


def pinged(scenario: str, driver: str) -> Measured:
    """Connections that the server pings five times each, long before they end."""
    slow = {} if scenario == "connect" else {"rate": 2.0}
    server = {"ping_every": 0.05, "pings": 5}
    return measured(scenario, server, driver=driver, connections=2, duration=1.0, **slow)


def unanswered(_: str, driver: str) -> Measured:
    """Connections whose pings nobody answers."""
    load = {"connections": 2, "duration": 1.0, "ping": 0.2}
    return measured("connect", {"is_answering": False}, driver=driver, **load)


def cut_for_silence(driver: str, after_s: float) -> Measured:
    """Connections that are opened one after another, and cut when they have been silent for so long."""
    load = {"connections": 4, "duration": 1.3 * after_s, "connect_rate": 4 / after_s}
    return measured("connect", {"cut_after": after_s}, driver=driver, **load)


def cut_briefly(_: str, driver: str) -> Measured:
    """The same as brief as it can be."""
    return cut_for_silence(driver, 2.0)


Found = dict[tuple[Any, str, str], Future[Measured]]


@pytest.fixture(scope="module")
def found() -> Iterator[Found]:
    """What is measured, by what it is of, scenario and driver: they do little but wait."""
    every = ("connect", "echo", "fanout")
    scenarios = {cut_briefly: every[:1], unanswered: every[:1], pinging: every, pinged: every}
    each = [
        (kind, scenario, driver)
        for kind, own in scenarios.items()
        for scenario, driver in product(own, ("picows", "websockets"))
    ]
    calls = {(kind, scenario, driver): partial(kind, scenario, driver) for kind, scenario, driver in each}
    with instrument.side_by_side(calls, at_once=4) as futures:
        yield futures


@DRIVERS
@SCENARIOS
def test_pings_keep_connections_over_which_nothing_else_is_said(
    scenario: str, driver: str, found: Found
) -> None:
    run, facts, in_hold_ns = found[pinging, scenario, driver].result()
    seen = run.connections
    assert (seen.dropped, facts["cut"]) == (0, 0)
    assert seen.pings is not None
    assert seen.pings >= 6 * 3
    before_the_end = sum(read_ns <= in_hold_ns for read_ns in facts["pings_ns"])
    assert before_the_end <= seen.pings <= len(facts["pings_ns"]), "some go out while the run ends"
    assert seen.ping_time is not None
    assert 0 < seen.ping_time.n <= seen.pings
    assert run.messages is None or run.messages.unmarked == 0


@DRIVERS
def test_pings_that_a_server_does_not_answer_are_counted(driver: str, found: Found) -> None:
    run, *_ = found[unanswered, "connect", driver].result()
    seen = run.connections
    assert seen.pings is not None
    assert seen.pings_unanswered is not None
    assert seen.ping_time is not None
    assert seen.ping_time.n == 0
    assert 2 <= seen.pings_unanswered <= seen.pings
    (notice,) = run.notices
    assert f"{seen.pings_unanswered} of {seen.pings} pings were not answered within 0.2 s" in notice


@DRIVERS
@SCENARIOS
def test_pings_of_the_server_are_answered_in_every_scenario(scenario: str, driver: str, found: Found) -> None:
    run, facts, _ = found[pinged, scenario, driver].result()
    assert facts["pongs"] == facts["pinged"] == 5 * facts["connections"]
    assert facts["connections"] == run.connections.opened
    assert run.connections.pings is None
    assert run.connections.ping_time is None
    assert run.messages is None or run.messages.unmarked == 0


@DRIVERS
def test_connections_that_are_cut_for_silence_tell_when_that_was(driver: str, found: Found) -> None:
    run, facts, _ = found[cut_briefly, "connect", driver].result()
    if len(run.notices) < 2:  # a busy machine delays each by another time: of a longer silence that is less
        run, facts, _ = cut_for_silence(driver, 12.0)
    seen = run.connections
    assert (seen.opened, seen.dropped, facts["cut"]) == (4, 4, 4)
    assert seen.closes == {"1006": 4}
    assert "4 of 4 connections" in run.notices[0]
    assert "--ping" in run.notices[1]
    assert seen.open_time is not None
    assert seen.open_time.n == 4
    assert seen.open_time.mean == instrument.as_told(sum(facts["held"]) / 4, run, abs_s=0.05)
