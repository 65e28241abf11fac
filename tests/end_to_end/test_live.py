"""The engine for a population that comes and goes, against servers whose behaviour is known exactly."""

from collections import Counter
from statistics import median

import pytest

from tests.end_to_end.instrument import clock, undisturbed
from tests.end_to_end.live import Live, S
from tests.end_to_end.servers import serve
from wswarm.drive.clock import now_ns
from wswarm.drive.fleet import wire
from wswarm.load.pace import Pace
from wswarm.load.plan import make_plan
from wswarm.results.run import Distribution
from wswarm.stats import extras
from wswarm.stats.findings import STILL_OPEN, Findings, unpack
from wswarm.stats.summary import distribution, merged


def times(packed: bytes) -> Distribution:
    """Return the figures of a histogram."""
    return distribution(merged([packed]))


@clock
def test_response_times_are_the_servers_delay_and_every_message_is_accounted_for() -> None:
    def measure(delay_s: float) -> tuple[float, Findings]:
        with serve("fixed_delay", delay=delay_s) as server:
            plan = make_plan("echo", server.url, connections=1, rate=100)
            with Live("echo", plan) as live:
                live.join(1, 5)
                live.hold(100.0, 5)
                live.listen_for(1.2)
                (found,) = live.finish(1.0)
            held_ns = server.log()["held_ns"]
        assert min(held_ns) >= delay_s * S
        return median(held_ns) / S, found

    held_s, found = undisturbed(measure)
    assert found.arrivals is not None
    assert found.sends is not None
    assert (found.sends.offered, found.sends.sent) == (100, 100)
    assert (found.arrivals.owed, found.arrivals.received, found.arrivals.lost_silent) == (100, 100, 0)
    assert times(found.arrivals.service).p50 == pytest.approx(held_s, rel=0.02)


def test_echoes_are_timed_by_their_own_clock_however_far_the_publishers_is_ahead() -> None:
    with serve("fixed_delay", delay=0.01) as server:
        plan = make_plan("echo", server.url, connections=1, rate=50)
        with Live("echo", plan, ahead_ns=3 * S) as live:
            live.join(1, 5)
            live.hold(50.0, 5)
            live.listen_for(0.7)
            (found,) = live.finish(0.5)
    assert found.arrivals is not None
    assert found.sends is not None
    assert found.arrivals.received == times(found.arrivals.response).n == found.sends.sent == 25
    assert 0.01 <= (times(found.arrivals.service).min or 0) < 1


def test_broadcasts_of_the_ramp_are_not_of_the_hold_and_every_fault_is_counted() -> None:
    rules = {"lose": {"every": 10, "offset": 2, "receivers": [1, 2]}, "duplicate": {"every": 10, "offset": 5}}
    with serve("faulty_relay", **rules) as server:
        plan = make_plan("fanout", server.url, connections=1, rate=100)
        with Live("subscribe", plan, publishers=1) as live:
            live.join(1, 4)
            assert live.publisher is not None
            live.listen_until(lambda: bool(live.of_kind(wire.Joined, live.published)))
            live.publisher.tell(
                Pace(group=0, at_ns=live.window.origin_ns, rate=50.0, senders=1, first_place=0)
            )
            live.listen_for(0.5)
            live.hold(100.0, 1, lead_ns=S)  # so that a busy agent hears of it before
            live.listen_for(1.5)
            subscribers, publisher = live.finish(1.0, drain_s=2.0)
        facts = server.log()
    before = facts["received"] - 100  # of one publisher: those of the ramp come first
    lost = [n for _, _, n in facts["lost"] if n >= before]
    duplicated = [n for _, _, n in facts["duplicated"] if n >= before]
    assert publisher.sends is not None
    assert publisher.sends.sent == 100
    assert before > 20
    assert subscribers.arrivals is not None
    assert subscribers.arrivals.owed == 400
    assert subscribers.arrivals.lost_silent == len(lost) == 20
    assert subscribers.arrivals.duplicated == len(duplicated) == 40
    assert subscribers.arrivals.received == 380


def test_who_leaves_is_owed_nothing_more_and_who_joins_late_is_owed_what_follows() -> None:
    with serve("relay") as server:
        plan = make_plan("fanout", server.url, connections=1, rate=50)
        with Live("subscribe", plan, publishers=1) as live:
            live.join(1, 10)
            began_ns = live.hold(50.0, 1)
            live.listen_for(0.7)
            for row in range(4):
                live.holder.tell(wire.Leave(0, row))
            live.join(11, 2)
            live.listen_for(0.7)
            hold_s = (now_ns() - began_ns) / S + 1.0  # so that all hear of its end before it
            found, _ = live.finish(hold_s)
    assert found.arrivals is not None
    left_ns, opened_ns = unpack(found.sockets.left_ns), unpack(found.sockets.opened_ns)
    sent_ns = live.log().sent_ns
    owed = sum(
        opened <= sent < left for sent in sent_ns for opened, left in zip(opened_ns, left_ns, strict=True)
    )
    assert len(sent_ns) == pytest.approx(50 * hold_s, abs=1)
    assert Counter(left_ns == STILL_OPEN) == {False: 4, True: 8}
    assert (found.arrivals.lost_silent, found.arrivals.lost_disconnected) == (0, 0)
    early = found.arrivals.extra_kinds.get(extras.EARLY, 0)
    slowest_ns = merged([found.arrivals.response]).max_ns or 0
    on_its_way = sum(opened - slowest_ns <= sent < opened for sent in sent_ns for opened in opened_ns)
    assert found.arrivals.extra == early <= on_its_way  # when they joined
    assert found.arrivals.owed == found.arrivals.received
    assert found.arrivals.owed + found.arrivals.unclear == owed  # the latter on its way to who left


def test_a_second_hold_on_the_same_connections_begins_from_nothing() -> None:
    with serve("echo") as server:
        plan = make_plan("echo", server.url, connections=1, rate=100)
        with Live("echo", plan) as live:
            live.join(1, 2)
            live.hold(50.0, 2)
            live.listen_for(0.6)
            live.hold(
                100.0, 2, lead_ns=S
            )  # a busy agent that heard of it too late would have sent on as before
            live.listen_for(1.2)
            (found,) = live.finish(0.5)
    assert found.arrivals is not None
    assert found.sends is not None
    assert found.sends.offered == found.arrivals.received == 50


def test_a_failed_handshake_is_told_with_its_reason() -> None:
    with (
        serve("refusing", refuse_every=2, statuses=[403]) as server,
        Live("connect", make_plan("connect", server.url, connections=1)) as live,
    ):
        live.join(1, 2)
        failures = sorted(str(report.failure) for report in live.of_kind(wire.Joined))
    assert failures == ["None", "http 403"]


def test_a_lost_connection_is_told_at_once_with_the_servers_code() -> None:
    with (
        serve("refusing", close_every=1, code=1011, after=0.1) as server,
        Live("connect", make_plan("connect", server.url, connections=1)) as live,
    ):
        live.join(1, 2)
        live.listen_until(lambda: len(live.of_kind(wire.Ended)) == 2)
        assert {report.code for report in live.of_kind(wire.Ended)} == {"1011"}


def test_messages_are_passed_on_to_who_wants_to_hear_them_with_the_agents_times() -> None:
    with serve("echo") as server:
        plan = make_plan("echo", server.url, connections=1, closed=True)
        with Live("script", plan, is_heard=True) as live:
            live.join(1, 1)
            told_ns = now_ns()
            live.holder.tell(wire.Say(0, 0, 1, b"hello"))
            live.listen_until(lambda: bool(live.of_kind(wire.Heard)))
            known_ns = now_ns()
            (said,), (heard,) = live.of_kind(wire.Said), live.of_kind(wire.Heard)
    assert heard.payload == b"hello"
    assert told_ns < said.sent_ns < heard.received_ns < known_ns


@pytest.mark.parametrize("after_s", [0.05, 0.3])
def test_a_server_that_adds_its_clients_late_owes_them_what_follows_and_what_it_loses_of_that_is_lost(
    after_s: float,
) -> None:
    with serve("late_relay", after=after_s, every=20) as server:
        plan = make_plan("fanout", server.url, connections=1, rate=50)
        with Live("subscribe", plan, publishers=1) as live:
            live.join(1, 10)
            began_ns = live.hold(50.0, 1, lead_ns=S)
            live.listen_for(1.0)
            for first in range(11, 51, 10):
                live.listen_for(0.2)
                live.join(first, 10)
            live.listen_for(0.8)
            subscribers, _ = live.finish((now_ns() - began_ns) / S + 1.0)
        facts = server.log()
    found = subscribers.arrivals
    assert found is not None
    assert facts["lost"] > 20
    assert (found.received, found.lost_silent) == (facts["sent"], facts["lost"])
    assert found.owed == facts["sent"] + facts["lost"]
    assert (found.lost_disconnected, found.extra, found.duplicated) == (0, 0, 0)


def test_what_the_server_returns_to_another_agents_connection_is_of_another_connection() -> None:
    with serve("relay", to_sender=True) as server:
        plan = make_plan("echo", server.url, connections=1, rate=50)
        nonce = now_ns()
        with Live("echo", plan, nonce=nonce) as one, Live("echo", plan, nonce=nonce) as other:
            one.join(1, 1)
            other.join(1_000_001, 1)
            one.hold(50.0, 1)
            other.hold(50.0, 1)
            one.listen_for(0.8)
            found = [live.finish(0.5)[0] for live in (one, other)]
    for each in found:
        assert each.arrivals is not None
        assert (each.arrivals.owed, each.arrivals.received, each.arrivals.duplicated) == (25, 25, 0)
        assert set(each.arrivals.extra_kinds) == {extras.OF_OTHERS}
