"""Lost, duplicated and reordered messages, each kind counted exactly, against the faulty servers' lists."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from typing import Any, NamedTuple

import pytest

from tests.end_to_end.instrument import run, several_at_once, side_by_side
from tests.end_to_end.servers import serve
from wswarm.results.run import Run

RULES: dict[str, Any] = {
    "lose": {"every": 10, "offset": 2, "receivers": [1, 2]},
    "duplicate": {"every": 10, "offset": 5},
    "reorder": {"every": 10, "offset": 8, "receivers": [2, 3, 4]},
}
WARMUP, HOLD = 10, 50  # messages of a publisher, or of a connection that sends
RECEIVERS = 4


pytestmark = several_at_once


class Measured(NamedTuple):
    """A run, and what the server says of it."""

    run: Run
    facts: dict[str, Any]


def of_hold(entries: list[list[int]]) -> list[list[int]]:
    """The entries [..., n] of messages of the hold."""
    return [entry for entry in entries if entry[-1] >= WARMUP]


@pytest.fixture(scope="module")
def relayed() -> Measured:
    """Fifty broadcasts to four receivers, some of them faulty."""
    with serve("faulty_relay", **RULES) as server:
        found = run("fanout", server.url, connections=RECEIVERS, rate=100, drain=1)
        return Measured(found, server.log())


def test_each_fault_of_a_relay_is_counted_as_what_it_is(relayed: Measured) -> None:
    found, facts = relayed.run.messages, relayed.facts
    assert found is not None
    assert facts["held"] == []
    assert (found.offered, found.sent, found.owed) == (HOLD, HOLD, HOLD * RECEIVERS)
    assert found.lost.silent == len(of_hold(facts["lost"])) == 10
    assert found.duplicated == len(of_hold(facts["duplicated"])) == 20
    assert found.reordered == len(of_hold(facts["reordered"])) == 15
    assert found.received == found.owed - 10
    assert (found.lost.disconnected, found.extra, found.unmarked) == (0, 0, 0)


def test_every_broadcasts_row_says_how_many_were_owed_and_came(relayed: Measured) -> None:
    assert relayed.run.fanout is not None
    lost = Counter(n for _, _, n in relayed.facts["lost"])
    rows = [(row.owed, row.received) for row in relayed.run.fanout.per_broadcast]
    assert rows == [(RECEIVERS, RECEIVERS - lost[n]) for n in range(WARMUP, WARMUP + HOLD)]


def test_incomplete_broadcasts_are_counted_and_have_no_completion_time(relayed: Measured) -> None:
    found = relayed.run.fanout
    assert found is not None
    incomplete = len({n for _, _, n in of_hold(relayed.facts["lost"])})
    assert (found.broadcasts, found.incomplete) == (HOLD, incomplete)
    assert found.completion_time.n == found.spread.n == HOLD - incomplete
    assert found.first_delivery.n == found.median_delivery.n == HOLD
    assert found.delivery_time.n == HOLD * RECEIVERS - 10


CLOSED_AT, GONE = 12, 2  # message 12, warm-up included, finds receivers 2 and 4 closed


def losing_subscribers() -> Measured:
    """Two of the four receivers are closed in mid-run."""
    with serve("faulty_relay", close={"receivers": [2, 4], "at": CLOSED_AT, "code": 1011}) as server:
        found = run("fanout", server.url, connections=RECEIVERS, rate=10, duration=2, warmup=0.5)
        return Measured(found, server.log())


def closed_model(rate: float | None) -> Measured:
    """Three connections of which each loses replies, at its own pace or at a rate."""
    rules = {"lose": {"every": 10, "offset": 4}, "duplicate": {"every": 10, "offset": 7}}
    with serve("faulty_echo", **rules) as server:
        closed = {"closed": True, "connections": 3, "duration": 2.9, "warmup": 0, "drain": 1}
        return Measured(run("echo", server.url, rate=rate, **closed), server.log())


def slow_relay() -> Measured:
    """A server whose first delivery comes when the hold is over."""
    with serve("delayed_relay", delay=0.8) as server:
        found = run("fanout", server.url, connections=4, rate=40, duration=0.5, warmup=0, drain=3)
        return Measured(found, server.log())


def late_relay(after_s: float) -> Measured:
    """A server that adds its clients so long after they came."""
    with serve("late_relay", after=after_s, every=20) as server:
        found = run("fanout", server.url, connections=20, rate=50, duration=2, warmup=0, drain=1)
        return Measured(found, server.log())


Found = dict[tuple[Any, ...], Future[Measured]]


@pytest.fixture(scope="module")
def measured() -> Iterator[Found]:
    """Those of little load, by what they are of, side by side."""
    each = [(closed_model, None), (closed_model, 90.0), (late_relay, 0.05), (late_relay, 0.3)]
    calls = {one: partial(*one) for one in [*each, (losing_subscribers,), (slow_relay,)]}
    with side_by_side(calls, at_once=3) as found:
        yield found


def test_deliveries_that_all_come_after_the_hold_are_waited_for(measured: Found) -> None:
    found, facts = measured[slow_relay,].result()
    assert found.messages is not None
    assert (found.messages.owed, found.messages.received, found.messages.extra) == (80, 80, 0)
    assert facts["sent"] == 80


def test_a_subscriber_closed_in_mid_run_is_owed_what_was_sent_while_it_was_open(measured: Found) -> None:
    """It is open until the close has come, to nothing that is due after that moment."""
    found, facts = measured[losing_subscribers,].result()
    assert [receiver for receiver, *_ in facts["closed"]] == [2, 4]
    connections = found.connections
    assert (connections.closes, connections.dropped) == ({"1011": GONE}, GONE)
    assert connections.opened == connections.peak == RECEIVERS + 1
    assert connections.open_time is not None
    assert connections.open_time.max is not None
    assert found.messages is not None
    assert found.fanout is not None
    rows, until = found.fanout.per_broadcast, CLOSED_AT + 1 - 5
    closed_s = max(one.t for one in connections.handshakes) + connections.open_time.max
    owed = [row.owed for row in rows]
    assert owed[:until] == [RECEIVERS] * until
    assert owed == sorted(owed, reverse=True)
    due_later = [one for place, one in enumerate(owed) if found.phases.hold + place / 10 >= closed_s]
    assert set(due_later) == {RECEIVERS - GONE}
    received = [row.received for row in rows]
    assert received == [RECEIVERS] * (until - 1) + [RECEIVERS - GONE] * (20 - until + 1)
    assert (found.messages.sent, found.messages.owed, found.messages.received) == (
        20,
        sum(owed),
        sum(received),
    )
    assert (found.messages.lost.disconnected, found.messages.lost.silent) == (sum(owed) - sum(received), 0)
    assert found.fanout.incomplete == sum(one != came for one, came in zip(owed, received, strict=True))


def test_all_broadcasts_of_three_publishers_are_told_apart() -> None:
    for _ in range(3):  # a machine that is busy may keep us from sending all
        with serve("faulty_relay", **RULES, publishers=3) as server:
            found = run("fanout", server.url, connections=RECEIVERS, publishers=3, rate=300, drain=1)
            facts = server.log()
        if facts["received"] == 3 * (WARMUP + HOLD):
            break
    assert facts["publishers"] == 3
    assert found.messages is not None
    assert found.fanout is not None
    lost, duplicated, reordered = (of_hold(facts[kind]) for kind in ("lost", "duplicated", "reordered"))
    per_publisher = Counter(publisher for _, publisher, _ in lost)
    assert per_publisher == {1: 10, 2: 10, 3: 10}
    assert (found.messages.sent, found.messages.owed) == (3 * HOLD, 3 * HOLD * RECEIVERS)
    assert found.messages.lost.silent == len(lost) == 30
    assert found.messages.duplicated == len(duplicated) == 60
    assert found.messages.reordered == len(reordered) == 45
    assert (found.fanout.publishers, found.fanout.broadcasts) == (3, 3 * HOLD)
    assert found.fanout.incomplete == len({(publisher, n) for _, publisher, n in lost})
    assert found.connections.requested == RECEIVERS + 3


def echo(driver: str, processes: int) -> Measured:
    """Four connections with sixty messages each, ten of them warm-up, on the faulty echo."""
    with serve("faulty_echo", **RULES) as server:
        found = run("echo", server.url, connections=4, rate=400, drain=1, driver=driver, processes=processes)
        return Measured(found, server.log())


@pytest.mark.parametrize(("driver", "processes"), [("picows", 1), ("picows", 2), ("websockets", 1)])
def test_each_fault_of_an_echo_is_counted_as_what_it_is(driver: str, processes: int) -> None:
    measured = echo(driver, processes)
    found, facts = measured.run.messages, measured.facts
    assert found is not None
    assert (found.offered, found.sent, found.owed) == (4 * HOLD,) * 3
    assert found.lost.silent == len(of_hold(facts["lost"])) == 10
    assert found.duplicated == len(of_hold(facts["duplicated"])) == 20
    assert found.reordered == len(of_hold(facts["reordered"])) == 15
    assert found.received == found.owed - 10
    assert (found.lost.disconnected, found.extra, found.unmarked) == (0, 0, 0)
    assert sum(second.lost for second in measured.run.series) == 10


def test_a_lost_reply_does_not_silence_a_connection_of_the_closed_model(measured: Found) -> None:
    for rate in (None, 90.0):
        found, facts = measured[closed_model, rate].result()
        assert found.messages is not None
        assert found.messages.offered == found.messages.sent == found.messages.owed == facts["received"]
        assert found.messages.lost.silent == len(facts["lost"])
        assert found.messages.duplicated == len(facts["duplicated"])
        assert found.messages.received == facts["sent"] - len(facts["duplicated"])
        # Each gives up after the drain time, 1 s, and loses another at once: more than one in 2.9 s.
        assert all(count >= 2 for count in Counter(connection for connection, _ in facts["lost"]).values())
        assert len(facts["lost"]) >= 2 * 3


@pytest.mark.parametrize("after_s", [0.05, 0.3])
def test_a_server_that_adds_its_clients_late_owes_them_what_follows(after_s: float, measured: Found) -> None:
    run, facts = measured[late_relay, after_s].result()
    found = run.messages
    assert found is not None
    assert (found.sent, found.received, found.lost.silent) == (100, facts["sent"], facts["lost"])
    assert found.owed == facts["sent"] + facts["lost"]
    assert facts["lost"] >= 20 * 3
    assert (found.lost.disconnected, found.extra, found.duplicated) == (0, 0, 0)
