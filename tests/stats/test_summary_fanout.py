"""How broadcasts reached their subscribers, and the run second by second."""

import numpy as np
import pytest

from tests.stats.made import WINDOW, S, batch, effort, findings, histogram, ints, sockets
from wswarm.results.run import Fanout, Second
from wswarm.stats import series as module
from wswarm.stats import summary
from wswarm.stats.bins import Bins
from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import STILL_OPEN, Arrivals, Findings, Sends, pack
from wswarm.stats.published import Published

MS = S // 1000
HOLD = WINDOW.hold_ns
Deliveries = dict[tuple[int, int], int]


def log_of(sent_ns: list[int]) -> Published:
    """Return the log of broadcasts that were sent when they were due."""
    return Published(ints(range(len(sent_ns))), ints(sent_ns), ints(sent_ns))


def publisher(sent_ns: list[int]) -> Findings:
    """Return the findings of one publisher."""
    log = pack(np.concatenate(log_of(sent_ns)))
    sends = Sends(offered=len(sent_ns), sent=len(sent_ns), lag=b"", per_second=b"", log=log)
    return Findings(sockets=sockets([WINDOW.origin_ns]), effort=effort(), sends=sends)


def subscriber(deliveries: Deliveries, sent_ns: list[int], rows: int) -> Findings:
    """Return the findings of subscribers that got broadcasts after so many ns: {(row, broadcast): delay}."""
    tally = Broadcasts(WINDOW, [9], 5 * S)
    opened = [WINDOW.origin_ns - 5 * S] * rows
    tally.see(ints(opened), *[ints([STILL_OPEN] * rows)] * 2)
    tally.publish(log_of(sent_ns))
    tally.record(
        batch([(row, 9, one, sent_ns[one], sent_ns[one] + delay) for (row, one), delay in deliveries.items()])
    )
    tally.settle_some(0, is_over=True)
    return Findings(sockets=sockets(opened), effort=effort(), arrivals=tally.findings())


def fanout(deliveries: Deliveries, *, broadcasts: int = 1, rows: int = 3) -> Fanout:
    """Return the fan-out of one publisher and one agent of subscribers."""
    sent_ns = [HOLD + one * 10 * MS for one in range(broadcasts)]
    agents = [subscriber(deliveries, sent_ns, rows), publisher(sent_ns)]
    return summary.fanout(agents, WINDOW, publishers=1)


def test_a_broadcast_has_first_median_and_last_delivery() -> None:
    made = fanout({(0, 0): 1 * MS, (1, 0): 2 * MS, (2, 0): 9 * MS})
    assert made.first_delivery.max == 0.001
    assert made.median_delivery.max == pytest.approx(0.002, rel=0.011)
    assert made.completion_time.max == 0.009
    assert made.spread.max == 0.008


def test_an_incomplete_broadcast_has_a_first_delivery_but_no_completion() -> None:
    made = fanout({(0, 0): MS, (1, 0): 2 * MS})
    assert (made.broadcasts, made.incomplete) == (1, 1)
    assert (made.first_delivery.n, made.completion_time.n, made.spread.n) == (1, 0, 0)


def test_a_broadcast_that_nobody_received_is_incomplete_and_unknown() -> None:
    made = fanout({})
    assert (made.broadcasts, made.incomplete, made.first_delivery.n, made.median_delivery.n) == (1, 1, 0, 0)
    row = made.per_broadcast[0]
    assert (row.owed, row.received, row.first, row.median, row.last) == (3, 0, None, None, None)


def test_deliveries_are_counted_each_and_broadcasts_once() -> None:
    made = fanout({(row, one): MS for row in range(3) for one in range(4)}, broadcasts=4)
    assert (made.delivery_time.n, made.completion_time.n, made.incomplete) == (12, 4, 0)


def test_the_median_delivery_lies_between_first_and_last() -> None:
    made = fanout({(row, 0): 1_234_567 for row in range(3)})
    row = made.per_broadcast[0]
    assert row.first == row.median == row.last == 0.001234567


def test_broadcasts_are_listed_by_their_time_in_the_run() -> None:
    made = fanout({(0, 0): MS, (0, 1): MS}, broadcasts=2, rows=1)
    since = (HOLD - WINDOW.origin_ns) / S
    assert [row.t for row in made.per_broadcast] == pytest.approx([since, since + 0.01])


def test_subscribers_are_the_sockets_that_opened_and_publishers_are_not_among_them() -> None:
    made = fanout({}, rows=3)
    assert (made.subscribers, made.publishers) == (3, 1)


def test_a_long_run_stores_every_other_broadcast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "BROADCASTS_KEPT", 5)
    made = fanout({}, broadcasts=9, rows=1)
    since = (HOLD - WINDOW.origin_ns) / S
    assert [round((row.t - since) * 100) for row in made.per_broadcast] == [0, 2, 4, 6, 8]
    assert made.broadcasts == 9


def test_warm_up_broadcasts_are_not_listed() -> None:
    sent_ns = [WINDOW.start_ns, HOLD]
    made = summary.fanout([subscriber({}, sent_ns, 1), publisher(sent_ns)], WINDOW, publishers=1)
    assert (made.broadcasts, len(made.per_broadcast)) == (1, 1)


def test_without_a_publish_log_there_were_no_broadcasts() -> None:
    made = summary.fanout([subscriber({}, [HOLD], 2)], WINDOW, publishers=0)
    assert (made.broadcasts, made.incomplete, made.per_broadcast) == (0, 0, [])


def series(*agents: Findings, seconds: float = 3) -> list[Second]:
    """Return the series of the first seconds."""
    return module.series(agents, WINDOW, WINDOW.origin_ns + round(seconds * S))


def at(seconds: float) -> int:
    """Return a moment of the run."""
    return WINDOW.origin_ns + round(seconds * S)


@pytest.mark.parametrize(("seconds", "rows"), [(0.0, 1), (0.5, 1), (1.0, 1), (1.001, 2), (3.0, 3)])
def test_the_series_has_a_row_for_each_second_begun(seconds: float, rows: int) -> None:
    assert [row.t for row in series(findings(), seconds=seconds)] == [float(row) for row in range(rows)]


def test_connections_are_those_open_at_the_end_of_each_second() -> None:
    held = findings(sockets([at(0.1), at(0.2), at(1.5)], [at(1.9), STILL_OPEN, at(2.0)]))
    rows = series(held)
    assert [row.connections for row in rows] == [2, 2, 1]
    assert [row.opened for row in rows] == [2, 1, 0]


def test_failed_handshakes_are_counted_in_their_second() -> None:
    rows = series(findings(sockets(failed_ns=[at(0.5), at(2.1), at(2.2)])))
    assert [row.failed for row in rows] == [1, 0, 2]


def test_handshake_times_are_those_of_the_second_in_which_they_ended() -> None:
    rows = series(findings(sockets([at(1.5)] * 10)))
    assert [row.handshake_max for row in rows] == [None, 0.005, None]
    assert rows[1].handshake_p50 == pytest.approx(0.005, rel=0.011)
    assert (rows[0].handshake_p50, rows[2].handshake_p50) == (None, None)


def test_what_happens_after_the_end_is_in_no_row() -> None:
    rows = series(findings(sockets([at(0.5), at(7)], [STILL_OPEN, at(8)])))
    assert [row.opened for row in rows] == [1, 0, 0]


def arrivals(by_second: dict[int, int]) -> Arrivals:
    """Return arrivals with ten equal response times in each of the given seconds."""
    bins = Bins()
    bins.record(ints(list(by_second) * 10), ints(list(by_second.values()) * 10))
    return Arrivals(
        owed=0,
        received=0,
        lost_disconnected=0,
        lost_silent=0,
        duplicated=0,
        reordered=0,
        extra=0,
        unmarked=0,
        response=histogram(by_second.values()).pack(),
        service=b"",
        by_second=bins.pack(),
        received_per_second=pack(ints([0, 4])),
        lost_per_second=pack(ints([0, 0, 2])),
    )


def test_messages_and_times_are_in_their_second() -> None:
    sends = Sends(offered=9, sent=9, lag=b"", per_second=pack(ints([3, 6])))
    agent = Findings(sockets=sockets(), effort=effort(), sends=sends, arrivals=arrivals({1: 5 * MS}))
    rows = series(agent)
    assert [(row.sent, row.received, row.lost) for row in rows] == [(3, 0, 0), (6, 4, 0), (0, 0, 2)]
    assert [row.p50 for row in rows] == [None, pytest.approx(0.005, rel=0.011), None]
    assert rows[1].p50 == rows[1].max


def test_a_percentile_of_a_second_needs_enough_messages_in_it() -> None:
    agent = Findings(sockets=sockets(), effort=effort(), arrivals=arrivals({1: 5 * MS}))
    assert series(agent)[1].p99 is None


@pytest.mark.parametrize(("seconds", "step"), [(2_000, 1), (2_001, 2), (4_001, 4), (14_410, 8)])
def test_a_series_of_hours_has_longer_rows_and_at_most_2000_of_them(seconds: int, step: int) -> None:
    rows = series(findings(), seconds=seconds)

    assert module.step_of(WINDOW, WINDOW.origin_ns + seconds * S) == step
    assert [row.t for row in rows] == [float(t) for t in range(0, seconds, step)]


def test_longer_rows_add_up_what_their_seconds_have() -> None:
    opened = sockets([at(0.5), at(2.1), at(3.9), at(5)])
    fine, coarse = (series(findings(opened), seconds=seconds) for seconds in (6, 14_400))

    assert (sum(row.opened for row in fine), coarse[0].opened) == (4, 4)
    assert coarse[0].connections == fine[-1].connections
