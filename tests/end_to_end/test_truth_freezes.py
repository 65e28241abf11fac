"""Stalls of the target and of the generator, told apart, against the arithmetic of when they were."""

from collections.abc import Sequence

from tests.end_to_end.instrument import (
    NS_PER_S,
    agents_of,
    approximately,
    clock,
    once_in_hold,
    quantile,
    run,
    stop_for,
    together,
)
from tests.end_to_end.servers import Server, serve
from wswarm.run import Run

pytestmark = clock

RATE, WARMUP_S, HOLD_S = 200, 0.5, 10.0
LOAD = {"connections": 4, "rate": RATE, "duration": HOLD_S, "warmup": WARMUP_S, "drain": 2}


def responses_s(start_ns: int, hold_s: float, stalls_ns: Sequence[Sequence[int]]) -> list[float]:
    """Response times if all is instant but for stalls: the reply comes at max(intended, end of the stall).

    Args:
        start_ns: Intended time of the first message, warm-up included.
    """
    first = round(RATE * WARMUP_S)
    due_ns = [start_ns + send * NS_PER_S // RATE for send in range(first, first + round(RATE * hold_s))]
    return [
        max([0] + [end - due for start, end in stalls_ns if start <= due < end]) / NS_PER_S for due in due_ns
    ]


def echo(server: Server, *, closed: bool) -> Run:
    """Ten seconds in which the server freezes twice."""
    return run("echo", server.url, closed=closed, **LOAD)


def test_the_open_model_counts_a_freeze_in_full_and_the_closed_model_does_not() -> None:
    with serve("freezing", first=2.0) as one, serve("freezing", first=2.0) as other:
        opened, closed = together(lambda: echo(one, closed=False), lambda: echo(other, closed=True))
        facts = one.log()
    assert len(facts["freezes_ns"]) == 2
    assert opened.messages is not None
    assert opened.messages.offered == opened.messages.received == RATE * HOLD_S
    truth = responses_s(facts["first_message_ns"], HOLD_S, facts["freezes_ns"])
    for times in (opened.response_time, opened.service_time):
        assert times is not None
        assert times.p50 is not None
        assert times.p50 < 0.02 * quantile(truth, 0.90)  # untouched: four of five messages met no freeze
        assert times.p90 == approximately(quantile(truth, 0.90))
        assert times.p99 == approximately(quantile(truth, 0.99))
        assert times.max == approximately(max(truth))
    assert closed.response_time is not None
    assert closed.response_time.p90 is not None
    assert closed.response_time.p99 is not None
    assert closed.response_time.p90 < 0.1 * quantile(truth, 0.90)
    assert closed.response_time.p99 < 0.1 * quantile(truth, 0.99)
    assert closed.response_time.max == approximately(1.0)  # it met both freezes, four messages each


def test_a_stalled_generator_raises_response_time_but_not_service_time_and_is_no_valid_run() -> None:
    stops_ns: list[tuple[int, int]] = []

    def stop() -> None:
        (agent,) = agents_of()
        stops_ns.append(stop_for(agent, 1.0))

    with serve("freezing", first=1000, every=2000) as server:
        found = run("echo", server.url, once_in_hold(stop), **{**LOAD, "duration": 3.0})
        start_ns = server.log()["first_message_ns"]
    truth = responses_s(start_ns, 3.0, stops_ns)
    assert found.messages is not None
    assert found.messages.offered == found.messages.sent == found.messages.received == 3 * RATE
    assert found.response_time is not None
    assert found.service_time is not None
    assert found.send_lag is not None
    # A continued process runs when a core is free: later than we asked for, never earlier.
    least = quantile(truth, 0.90)
    assert 0.98 * least <= found.response_time.p90 <= least + 0.2
    assert 0.98 * least <= found.send_lag.p90 <= least + 0.2
    # The backlog leaves in one burst, whose replies wait for one another: milliseconds, not the second.
    assert found.service_time.p90 is not None
    assert found.service_time.p90 < 0.2 * least
    assert found.validity.verdict == "invalid"
    (reason,) = [one for one in found.validity.reasons if "stood still" in one]
    stood_still_s = float(reason.split("for ")[1].split(" s")[0])
    assert 0.9 < stood_still_s < 1.3


def test_a_stalled_subscriber_process_is_no_valid_run_and_costs_no_delivery() -> None:
    def stop() -> None:
        holder = agents_of()[0]
        stop_for(holder, 0.5)

    with serve("relay") as server:
        found = run("fanout", server.url, once_in_hold(stop), connections=3, rate=50, duration=1.5)
    assert found.messages is not None
    assert found.messages.owed == found.messages.received == 75 * 3
    assert found.validity.verdict == "invalid"
    assert any("stood still" in reason for reason in found.validity.reasons)
    assert found.fanout is not None
    assert 0.45 < found.fanout.delivery_time.max < 0.8  # the first message after the stop
