"""How all sockets fared, whatever agent held them."""

import pytest

from tests.stats.made import WINDOW, S, findings, sockets
from wswarm.results.run import Connections
from wswarm.stats import summary
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Findings
from wswarm.stats.histogram import Histogram

MS = S // 1000


def connections(*agents: Findings) -> Connections:
    """Return how the sockets of the agents fared."""
    return summary.connections(agents, WINDOW)


def at(seconds: float) -> int:
    """Return a moment of the run."""
    return WINDOW.origin_ns + round(seconds * S)


def test_the_peak_is_the_most_connections_open_at_once() -> None:
    held = sockets([10, 20, 30, 50], [60, 25, STILL_OPEN, STILL_OPEN])
    assert connections(findings(held)).peak == 3


def test_connections_that_never_opened_have_no_times_and_no_peak() -> None:
    failed = sockets(failed_ns=[WINDOW.origin_ns] * 2, failures={"refused": 2})
    found = connections(findings(failed))
    assert (found.requested, found.opened, found.failed, found.peak, found.dropped) == (2, 0, 2, 0, 0)
    assert found.handshake_time == summary.distribution(Histogram())


def test_handshakes_are_counted_by_reason_most_frequent_first() -> None:
    agents = [
        findings(sockets(failed_ns=[1] * 3, failures={"timeout": 1, "http 403": 2})),
        findings(sockets(failed_ns=[1], failures={"http 403": 1})),
    ]
    found = connections(*agents)
    assert list(found.failures.items()) == [("http 403", 3), ("timeout", 1)]
    assert found.failed == 4


def test_dropped_counts_every_loss_and_closes_only_the_peers() -> None:
    held = sockets([10, 20, 30], [40, 50, STILL_OPEN], closes={"1000": 1})
    found = connections(findings(held))
    assert (found.dropped, found.closes) == (2, {"1000": 1})


def test_without_tls_there_is_no_tls_time() -> None:
    assert connections(findings(sockets([10]))).tls_time is None


def test_tls_time_is_that_of_the_connections_that_have_it() -> None:
    found = connections(findings(sockets([10, 20], tls_ns=[UNKNOWN, 4 * MS])))
    assert found.tls_time is not None
    assert (found.tls_time.n, found.tls_time.max) == (1, 0.004)


def test_handshake_time_is_the_sum_of_its_parts() -> None:
    found = connections(findings(sockets([S])))
    assert found.tcp_time is not None
    assert found.upgrade_time is not None
    assert (found.handshake_time.max, found.tcp_time.max, found.upgrade_time.max) == (0.005, 0.002, 0.003)


def test_the_timeline_tells_every_change_of_the_open_connections() -> None:
    held = sockets([at(1), at(2), at(4)], [at(3), STILL_OPEN, STILL_OPEN])
    found = connections(findings(held))
    assert [(moment.t, moment.open) for moment in found.timeline] == [(1, 1), (2, 2), (3, 1), (4, 2)]


def test_the_timeline_joins_the_agents() -> None:
    found = connections(findings(sockets([at(1), at(3)])), findings(sockets([at(2)])))
    assert [(moment.t, moment.open) for moment in found.timeline] == [(1, 1), (2, 2), (3, 3)]


def test_handshakes_are_in_the_order_in_which_they_ended() -> None:
    found = connections(findings(sockets([at(3), at(1)])), findings(sockets([at(2)])))
    assert [(one.t, one.time) for one in found.handshakes] == [(1, 0.005), (2, 0.005), (3, 0.005)]


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 50, 51])
def test_long_lists_are_thinned_and_keep_their_last(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "POINTS_KEPT", 5)
    found = connections(findings(sockets([at(second) for second in range(count)])))
    assert len(found.timeline) <= 6
    assert len(found.timeline) >= min(count, 3)
    assert [moment.open for moment in found.timeline][-1:] == ([count] if count else [])
