"""Locust's own table, filled from histograms: what it shows is what was measured, once."""

from collections.abc import Sequence

import numpy as np
import pytest
from locust.stats import RequestStats, StatsEntry

from wswarm.drive.fleet.wire import GroupState, Role
from wswarm.load.plan import make_plan
from wswarm.locust.order import Order
from wswarm.locust.page.table import Table
from wswarm.stats.histogram import Histogram

MS_NS = 1_000_000


def order(name: str = "Echo", role: Role = "echo") -> Order:
    plan = make_plan("echo", "ws://127.0.0.1:1")
    return Order(name=name, role=role, plan=plan, rate_per_user=None, publishers=0, is_heard=False)


def packed(times_ms: Sequence[float]) -> bytes:
    times = Histogram()
    times.record(np.array([round(one * MS_NS) for one in times_ms], np.int64))
    return times.pack()


def state(
    times_ms: Sequence[float] = (), handshakes_ms: Sequence[float] = (5.0,), **more: object
) -> GroupState:
    return GroupState(
        requested=len(handshakes_ms),
        opened=len(handshakes_ms),
        handshakes=packed(handshakes_ms),
        times=packed(times_ms),
        received=len(times_ms),
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def stats() -> RequestStats:
    return RequestStats()


@pytest.fixture
def table(stats: RequestStats) -> Table:
    return Table(stats)


def row(stats: RequestStats, name: str, kind: str) -> StatsEntry:
    return stats.entries[(name, kind)]


def test_a_row_has_the_histogram_s_count_least_mean_and_greatest(stats: RequestStats, table: Table) -> None:
    table.show(order(), [state([0.25, 0.5, 1.5, 9.75])], {})
    entry = row(stats, "Echo", "echo")
    assert (entry.num_requests, entry.num_failures) == (4, 0)
    assert entry.min_response_time == pytest.approx(0.25, rel=0.005)
    assert entry.max_response_time == pytest.approx(9.75, rel=0.005)
    assert entry.avg_response_time == pytest.approx(3.0, rel=1e-6)


def test_a_row_s_percentiles_keep_what_is_below_a_millisecond(stats: RequestStats, table: Table) -> None:
    times_ms = [0.1 + 0.001 * step for step in range(1000)]
    table.show(order(), [state(times_ms)], {})
    entry = row(stats, "Echo", "echo")
    for share in (0.5, 0.9, 0.99):
        assert entry.get_response_time_percentile(share) == pytest.approx(0.1 + share, rel=0.01)


def test_the_states_of_all_stations_are_one_row(stats: RequestStats, table: Table) -> None:
    table.show(order(), [state([1, 2]), state([3, 4, 5])], {})
    assert row(stats, "Echo", "echo").num_requests == 5
    assert row(stats, "Echo", "connect").num_requests == 2


def test_cumulative_figures_shown_again_and_again_are_counted_once(stats: RequestStats, table: Table) -> None:
    times_ms = [float(1 + step % 7) for step in range(100)]
    for shown in (10, 10, 40, 40, 100, 100):
        table.show(order(), [state(times_ms[:shown])], {})
    entry = row(stats, "Echo", "echo")
    assert entry.num_requests == sum(entry.response_times.values()) == 100
    assert entry.total_response_time == pytest.approx(sum(times_ms))
    assert row(stats, "Echo", "connect").num_requests == 1
    assert stats.total.num_requests == 101


def test_failed_handshakes_and_dropped_connections_are_failures_by_their_reason(
    stats: RequestStats, table: Table
) -> None:
    lost = state(failures={"refused": 2, "http 403": 1}, endings={"1011": 3, "": 1})
    for _ in range(2):
        table.show(order(), [lost, state(failures={"refused": 1})], {})
    entry = row(stats, "Echo", "connect")
    assert (entry.num_requests, entry.num_failures) == (2 + 8, 8)
    errors = {error.error: error.occurrences for error in stats.errors.values()}
    assert errors == {"refused": 3, "http 403": 1, "dropped: 1011": 3, "dropped: connection lost": 1}


def test_a_failure_has_no_time_and_is_no_zero(stats: RequestStats, table: Table) -> None:
    table.show(order(), [state([4.0, 4.0])], {"lost: silent": 8})
    entry = row(stats, "Echo", "echo")
    assert (entry.num_requests, entry.num_failures) == (10, 8)
    assert entry.avg_response_time == pytest.approx(4.0)
    assert entry.median_response_time == pytest.approx(4.0, rel=0.005)
    assert entry.min_response_time == pytest.approx(4.0, rel=0.005)


def test_nothing_measured_makes_no_row(stats: RequestStats, table: Table) -> None:
    table.show(order(), [], {})
    assert all(entry.num_requests == 0 for entry in stats.entries.values())
    assert stats.total.num_requests == 0


def test_deliveries_stay_out_of_the_aggregate_where_there_is_an_echo(
    stats: RequestStats, table: Table
) -> None:
    table.show(order(), [state([1, 2, 3])], {})
    table.show(order("Chat", "subscribe"), [state([1] * 50)], {})
    assert row(stats, "Chat", "deliver").num_requests == 50
    assert stats.total.num_requests == 3 + 2


def test_deliveries_alone_are_the_aggregate(stats: RequestStats, table: Table) -> None:
    table.show(order("Chat", "subscribe"), [state([1] * 50)], {})
    assert stats.total.num_requests == 50 + 1


def test_when_the_hold_begins_messages_are_forgotten_and_handshakes_are_not(
    stats: RequestStats, table: Table
) -> None:
    table.show(order(), [state([100, 200, 300])], {})
    table.forget([order()])
    assert ("Echo", "echo") not in stats.entries
    assert stats.total.num_requests == row(stats, "Echo", "connect").num_requests == 1
    table.show(order(), [state([1, 2])], {})
    assert row(stats, "Echo", "echo").num_requests == 2
    assert row(stats, "Echo", "echo").max_response_time == pytest.approx(2, rel=0.005)
    assert stats.total.num_requests == 3


def test_after_locust_has_cleared_its_statistics_all_that_is_so_far_is_shown_again(
    stats: RequestStats, table: Table
) -> None:
    table.show(order(), [state([1, 2])], {})
    stats.reset_all()
    stats.clear_all()
    table.clear()
    table.show(order(), [state([1, 2, 3])], {})
    assert row(stats, "Echo", "echo").num_requests == 3


def test_rows_of_others_stay_in_the_aggregate(stats: RequestStats, table: Table) -> None:
    stats.log_request("GET", "/", 7, 100)
    table.show(order(), [state([1, 2])], {})
    table.forget([order()])
    assert stats.total.num_requests == 1 + 1


def test_connections_and_scripted_users_have_no_row_of_messages(stats: RequestStats, table: Table) -> None:
    table.show(order("Idle", "connect"), [state()], {})
    table.show(order("Flow", "script"), [state()], {})
    assert set(stats.entries) == {("Idle", "connect"), ("Flow", "connect")}
