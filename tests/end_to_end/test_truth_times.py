"""Times reported against the server's own log of how long it held each message."""

from functools import partial
from itertools import chain
from statistics import fmean, median
from typing import Any, NamedTuple

import pytest

from tests.end_to_end.instrument import NS_PER_S, as_told, clock, quantile, run, undisturbed
from tests.end_to_end.servers import serve
from wswarm.results.run import Run

pytestmark = clock


class Measured(NamedTuple):
    """A run, and what the server says of it."""

    run: Run
    facts: dict[str, Any]


@pytest.fixture(scope="module")
def delayed() -> Measured:
    """300 messages in 1.5 s after 100 of warm-up, each reply held for 50 ms or more."""

    def measure(delay_s: float) -> Measured:
        with serve("fixed_delay", delay=delay_s) as server:
            found = run("echo", server.url, connections=10, rate=200, duration=1.5, warmup=0.5)
            return Measured(found, server.log())

    return undisturbed(measure)


def held_s(measured: Measured) -> list[float]:
    """How long the replies of the hold were held: one delay for all keeps their order, so warm-up is first."""
    return [held_ns / NS_PER_S for held_ns in measured.facts["held_ns"][100:]]


def test_offered_sent_owed_and_received_are_what_the_plan_asked_for(delayed: Measured) -> None:
    found = delayed.run.messages
    assert found is not None
    assert (found.offered, found.sent, found.owed, found.received) == (300, 300, 300, 300)
    assert (found.lost.silent, found.lost.disconnected) == (0, 0)
    assert (found.duplicated, found.reordered, found.extra, found.unmarked) == (0, 0, 0, 0)


def test_the_warm_up_reaches_the_server_but_no_figure(delayed: Measured) -> None:
    assert delayed.facts["received"] == delayed.facts["sent"] == 400
    found = delayed.run
    assert found.response_time is not None
    assert found.service_time is not None
    assert found.send_lag is not None
    assert [one.n for one in (found.response_time, found.service_time, found.send_lag)] == [300] * 3
    assert sum(second.sent for second in found.series) == 400


def test_rates_are_counts_over_the_hold(delayed: Measured) -> None:
    rates = delayed.run.rates
    assert rates is not None
    assert (rates.offered, rates.achieved, rates.received) == (200, 200, 200)


def test_the_median_service_time_is_the_servers_delay(delayed: Measured) -> None:
    assert delayed.run.service_time is not None
    assert delayed.run.service_time.p50 == as_told(median(held_s(delayed)), delayed.run)


def test_the_mean_service_time_is_the_servers_delay(delayed: Measured) -> None:
    assert delayed.run.service_time is not None
    assert delayed.run.service_time.mean == as_told(fmean(held_s(delayed)), delayed.run)


def test_the_median_response_time_is_the_servers_delay(delayed: Measured) -> None:
    assert delayed.run.response_time is not None
    assert delayed.run.response_time.p50 == as_told(median(held_s(delayed)), delayed.run)


def test_the_mean_response_time_is_the_servers_delay_and_the_mean_send_lag(delayed: Measured) -> None:
    found = delayed.run
    assert found.response_time is not None
    assert found.send_lag is not None
    assert found.send_lag.mean is not None
    assert found.response_time.mean == as_told(fmean(held_s(delayed)) + found.send_lag.mean, found)


def test_no_reply_is_reported_earlier_than_the_server_sent_it(delayed: Measured) -> None:
    found = delayed.run
    assert found.response_time is not None
    assert found.service_time is not None
    assert found.response_time.min is not None
    assert found.service_time.min is not None
    assert found.response_time.min >= found.service_time.min >= min(held_s(delayed))


def test_the_closed_model_sends_again_once_the_reply_is_there() -> None:
    def measure(delay_s: float) -> Measured:
        with serve("fixed_delay", delay=delay_s) as server:
            load = {"connections": 4, "closed": True, "duration": 20 * delay_s, "warmup": 0}
            return Measured(run("echo", server.url, rate=None, **load), server.log())

    found, facts = undisturbed(measure)
    assert found.messages is not None
    assert found.service_time is not None
    assert found.service_time.mean is not None
    assert found.messages.offered == found.messages.sent == found.messages.received == facts["received"]
    # Little's law: connections = rate × time that each is busy. That is all of the time from its first message to the
    # reply to its last, which the end of the hold does not cut.
    spans_s = [ns / NS_PER_S for ns in facts["spans_ns"]]
    assert len(spans_s) == 4
    assert min(spans_s) > 0.96 * found.plan["duration"]
    assert found.messages.sent * found.service_time.mean / 4 == as_told(fmean(spans_s), found)
    assert found.service_time.p50 == as_told(facts["held"]["p50"] / NS_PER_S, found)


RECEIVERS = 6
BROADCASTS = 20


def staircase(processes: int, step_s: float) -> Measured:
    """20 broadcasts of the hold to six receivers, one `step_s` after the other; 5 of warm-up."""
    with serve("staircase", step=step_s) as server:
        plan = {
            "connections": RECEIVERS,
            "rate": 10,
            "duration": 2,
            "warmup": 0.5,
            "processes": processes,
            "drain": 20,
        }
        found = run("fanout", server.url, **plan)
        return Measured(found, server.log())


@pytest.fixture(scope="module", params=[1, 2], ids=["one process", "two processes"])
def stairs(request: pytest.FixtureRequest) -> Measured:
    """The staircase, its subscribers in one process or two."""
    return undisturbed(partial(staircase, request.param))


def deliveries_s(measured: Measured) -> list[list[float]]:
    """Per broadcast of the hold, how long the server held each delivery, ascending."""
    held_ns = measured.facts["held_ns"]
    columns = [held_ns[str(number)][5:] for number in range(1, RECEIVERS + 1)]
    return [sorted(held / NS_PER_S for held in row) for row in zip(*columns, strict=True)]


def test_every_broadcast_is_owed_to_everyone_and_complete(stairs: Measured) -> None:
    assert stairs.run.fanout is not None
    assert stairs.run.messages is not None
    found = stairs.run.fanout
    assert (found.publishers, found.subscribers, found.broadcasts) == (1, RECEIVERS, BROADCASTS)
    assert found.incomplete == 0
    assert stairs.run.messages.owed == stairs.run.messages.received == RECEIVERS * BROADCASTS
    assert [(row.owed, row.received) for row in found.per_broadcast] == [(RECEIVERS, RECEIVERS)] * BROADCASTS


def test_first_median_and_completion_are_the_stairs_of_their_receivers(stairs: Measured) -> None:
    assert stairs.run.fanout is not None
    found, truth = stairs.run.fanout, deliveries_s(stairs)
    assert found.first_delivery.p50 == as_told(median(row[0] for row in truth), stairs.run)
    assert found.median_delivery.p50 == as_told(median(quantile(row, 0.5) for row in truth), stairs.run)
    assert found.completion_time.p50 == as_told(median(row[-1] for row in truth), stairs.run)


def test_spread_is_the_time_from_the_first_stair_to_the_last(stairs: Measured) -> None:
    assert stairs.run.fanout is not None
    truth = median(row[-1] - row[0] for row in deliveries_s(stairs))
    assert stairs.run.fanout.spread.p50 == as_told(truth, stairs.run)


def test_delivery_times_are_distributed_over_all_stairs(stairs: Measured) -> None:
    assert stairs.run.fanout is not None
    found, truth = stairs.run.fanout.delivery_time, list(chain.from_iterable(deliveries_s(stairs)))
    assert found.n == len(truth) == RECEIVERS * BROADCASTS
    assert found.mean == as_told(fmean(truth), stairs.run)
    # p50 falls on the edge between two stairs: either of them is a median.
    assert found.p50 is not None
    low, high = (as_told(quantile(truth, share), stairs.run) for share in (0.45, 0.55))
    assert low == found.p50 or high == found.p50 or low.expected < found.p50 < high.expected
    assert found.p95 == as_told(quantile(truth, 0.95), stairs.run)


def test_each_broadcast_has_its_own_row_of_times(stairs: Measured) -> None:
    assert stairs.run.fanout is not None
    rows, truth = stairs.run.fanout.per_broadcast, deliveries_s(stairs)
    # Medians over the broadcasts: a single one may meet the machine's noise between server and subscriber.
    for column, rank in (("first", 0), ("last", -1)):
        excess = [getattr(row, column) - held[rank] for row, held in zip(rows, truth, strict=True)]
        assert min(excess) >= 0
        assert median(excess) + truth[0][rank] == as_told(truth[0][rank], stairs.run)
