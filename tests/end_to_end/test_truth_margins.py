"""What happens at the margins of a run: in its ramp, after its drain, before its hold."""

import threading
import time

import pytest

from tests.end_to_end.instrument import agents_of, run, stop_for
from tests.end_to_end.servers import serve
from wswarm.errors import TargetError
from wswarm.experiment.measure import measure
from wswarm.load.plan import make_plan
from wswarm.results.progress import Progress


def test_what_arrives_after_the_drain_has_not_arrived_however_late_the_front_end_is() -> None:
    naps: list[None] = []

    def doze(progress: Progress) -> None:
        if progress.phase == "drain" and not naps:
            naps.append(time.sleep(1.0))

    with serve("fixed_delay", delay=0.5) as server:
        found = run("echo", server.url, doze, rate=200, duration=0.5, drain=0.2)
        read = server.log()["received"]
    assert found.messages is not None
    assert found.messages.offered == 100
    assert found.messages.sent == found.messages.owed == read - 20  # of the warm-up
    assert found.messages.received <= 41  # those sent in the first 0.2 s, and one on the border
    assert found.messages.lost.silent == found.messages.sent - found.messages.received


def test_a_generator_that_stops_while_it_connects_is_no_valid_run() -> None:
    timers: list[threading.Timer] = []

    def watch(progress: Progress) -> None:
        if progress.phase == "ramp" and progress.connections_open and not timers:
            timers.append(threading.Timer(0.1, lambda: stop_for(agents_of()[0], 0.6)))
            timers[0].start()

    with serve("echo") as server:
        found = run("connect", server.url, watch, connections=40, connect_rate=40, duration=0.3)
    assert found.validity.verdict == "invalid"
    assert any("stood still" in reason for reason in found.validity.reasons)


def test_every_handshake_is_tried_even_if_the_first_hundred_are_refused() -> None:
    with serve("refusing", refuse_every=1) as server:
        plan = make_plan("connect", server.url, connections=130, connect_rate=1000, duration=0.2)
        with pytest.raises(TargetError, match=r"every handshake failed: http 503 \(130\)"):
            measure(plan)
        assert server.log()["handshakes"] == 130


def test_a_target_that_closes_every_connection_before_the_load_is_named_as_such() -> None:
    # The sixth, never answered, prolongs the ramp.
    with serve("refusing", close_every=1, after=0.02, ignore_every=6) as server:
        plan = make_plan("echo", server.url, connections=6, connect_timeout=1, duration=0.2)
        found = measure(plan)
    assert found.failure == "it closed 5 of 5 connections before the hold's end"
    (reason,) = [reason for reason in found.validity.reasons if reason.startswith("nothing measured")]
    assert "the target closed 5 of 5 connections before the load began" in reason
    assert found.notices[0].startswith("the target closed 5 of 5 connections: ")


def test_a_run_that_is_ended_in_its_warm_up_says_so() -> None:
    phases: list[str] = []
    with serve("echo") as server:
        plan = make_plan("echo", server.url, connections=3, warmup=60, duration=60)
        found = measure(plan, lambda progress: phases.append(progress.phase), lambda: "warm-up" in phases)
    assert "hold" not in phases
    assert found.validity.verdict == "invalid"
    assert found.validity.reasons == ["nothing measured: the run was ended before its hold began"]
    assert found.connections.opened == 3
