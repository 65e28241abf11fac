"""Stalls of the target and of the generator, told apart, against the arithmetic of when they were."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

import pytest

from tests.end_to_end.instrument import (
    NS_PER_S,
    agents_of,
    as_told,
    beside_a_bystander,
    clock,
    once_in_hold,
    quantile,
    run,
    stop_for,
    together,
)
from tests.end_to_end.servers import Server, serve
from wswarm.results.run import Run

pytestmark = clock

Result = TypeVar("Result")
RATE, WARMUP_S, HOLD_S = 200, 0.5, 10.0
LOAD = {"connections": 4, "rate": RATE, "duration": HOLD_S, "warmup": WARMUP_S, "drain": 2}


def echo(server: Server, *, closed: bool) -> Run:
    """Ten seconds in which the server freezes twice."""
    return run("echo", server.url, closed=closed, **LOAD)


def test_the_open_model_counts_a_freeze_in_full_and_the_closed_model_does_not() -> None:
    with serve("freezing", first=2.0) as one, serve("freezing", first=2.0) as other:
        opened, closed = together(lambda: echo(one, closed=False), lambda: echo(other, closed=True))
        facts, longest_s = one.log(), max(end - start for start, end in other.log()["freezes_ns"]) / NS_PER_S
    assert len(facts["freezes_ns"]) >= 2  # a third begins after the hold, if the run ends late
    assert opened.messages is not None
    assert opened.messages.offered == opened.messages.received == RATE * HOLD_S
    due_ns = sorted(intended for intended, _ in facts["replies_ns"])
    assert due_ns == [
        due_ns[0] + send * NS_PER_S // RATE for send in range(round(RATE * (WARMUP_S + HOLD_S)))
    ]
    truth = waits_s(facts["replies_ns"])[round(RATE * WARMUP_S) :]
    assert quantile(truth, 0.90) > 0.4  # two freezes of a second each: every fifth message met one
    for times in (opened.response_time, opened.service_time):
        assert times is not None
        assert times.p50 is not None
        assert times.p50 < 0.02 * quantile(truth, 0.90)  # untouched: four of five messages met no freeze
        assert times.p90 == as_told(quantile(truth, 0.90), opened)
        assert times.p99 == as_told(quantile(truth, 0.99), opened)
        assert times.max == as_told(max(truth), opened)
    assert closed.response_time is not None
    assert closed.response_time.p90 is not None
    assert closed.response_time.p99 is not None
    assert closed.response_time.p90 < 0.1 * quantile(truth, 0.90)
    assert closed.response_time.p99 < 0.1 * quantile(truth, 0.99)
    assert closed.response_time.max == as_told(longest_s, closed)  # it met both freezes, four messages each


def long_enough(measurement: Callable[[float], Result], stop_s: float) -> Result:
    """What a measurement gives in which somebody is stopped for so long; four times that if the machine is busy."""
    found, late_s = beside_a_bystander(partial(measurement, stop_s))
    return found if late_s < 0.002 * stop_s else measurement(4 * stop_s)


def waits_s(seen_ns: Sequence[Sequence[int]]) -> list[float]:
    """From intended to what the server did with it, in order of the intended times."""
    return [(seen - intended) / NS_PER_S for intended, seen in sorted(seen_ns)]


def test_a_stalled_generator_raises_response_time_but_not_service_time_and_is_no_valid_run() -> None:
    """A continued process runs when a core is free: how long it stood still is what the server saw of it.

    A reply was read after the server had seen its message, and before it had the answer to the ping behind the reply.
    """

    def measure(stop_s: float) -> tuple[float, Run, dict[str, Any]]:
        def stop() -> None:
            (agent,) = agents_of()
            stop_for(agent, stop_s)

        with serve("witness") as server:
            found = run("echo", server.url, once_in_hold(stop), **{**LOAD, "duration": 3 * stop_s})
            return stop_s, found, server.log()

    stop_s, found, log = long_enough(measure, 2.0)
    seen_ns, heard_ns = log["messages_ns"], dict(log["deliveries_ns"])  # without those after the goodbye
    truth = waits_s(seen_ns)[round(RATE * WARMUP_S) :]
    latest = waits_s([(due, heard_ns.get(due, seen)) for due, seen in seen_ns])[round(RATE * WARMUP_S) :]
    assert quantile(truth, 0.90) > 0.6 * stop_s
    assert found.messages is not None
    assert found.messages.offered == found.messages.sent == found.messages.received == len(truth)
    assert len(truth) == round(3 * stop_s * RATE)
    assert found.response_time is not None
    assert found.service_time is not None
    assert found.send_lag is not None
    # The backlog leaves in one burst, whose replies wait for one another: milliseconds, not the second.
    assert found.service_time.p90 is not None
    assert found.service_time.p99 is not None
    for name, share in {"p90": 0.90, "p99": 0.99, "max": 1.0}.items():
        seen_s, response_s = quantile(truth, share), getattr(found.response_time, name)
        assert 0.98 * seen_s <= response_s <= 1.02 * quantile(latest, share)
        # From sent to seen is a part of the service time.
        lag_s = getattr(found.send_lag, name)
        assert lag_s == pytest.approx(seen_s, rel=0.02, abs=found.service_time.p99)
    assert found.service_time.p90 < 0.1 * quantile(truth, 0.90)
    assert found.validity.verdict == "invalid"
    (reason,) = [one for one in found.validity.reasons if "stood still" in one]
    stood_still_s = float(reason.split("for ")[1].split(" s")[0])
    silence_s = max(later - earlier for (_, earlier), (_, later) in pairwise(seen_ns)) / NS_PER_S
    # Lags are taken at random instants, 10 ms apart on average: the first one in a stop comes that much later.
    assert silence_s - 0.1 < stood_still_s < silence_s + 0.02


def test_a_stalled_subscriber_process_is_no_valid_run_and_costs_no_delivery() -> None:
    """What the server read during the stop was delivered after it, and before the pong to the ping behind it."""

    def measure(stop_s: float) -> tuple[float, Run, dict[str, Any], tuple[int, int]]:
        stood: list[tuple[int, int]] = []

        def stop() -> None:
            stood.append(stop_for(agents_of()[0], stop_s))

        with serve("witness", relays=True) as server:
            load = {"connections": 3, "rate": 50, "duration": 3 * stop_s}
            found = run("fanout", server.url, once_in_hold(stop), **load)
            return stop_s, found, server.log(), stood[0]

    stop_s, found, log, (stopped_ns, continued_ns) = long_enough(measure, 0.5)
    truth = waits_s(log["deliveries_ns"])
    due_ns = min(due for due, seen in log["messages_ns"] if stopped_ns <= seen < continued_ns)
    assert found.messages is not None
    assert found.messages.owed == found.messages.received == round(3 * stop_s * 50) * 3
    assert found.validity.verdict == "invalid"
    assert any("stood still" in reason for reason in found.validity.reasons)
    assert found.fanout is not None
    assert found.fanout.delivery_time.max is not None
    assert max(truth) > 0.9 * stop_s
    assert (continued_ns - due_ns) / NS_PER_S <= found.fanout.delivery_time.max <= max(truth)
