"""When connections are pinged, and what a pong answers."""

from itertools import pairwise

import pytest

from tests.drive.fakes import MS, FakeClock, S
from wswarm.drive.pings import Pinger
from wswarm.stats.histogram import Histogram


class Pinged:
    """Connections that keep the pings they got: when, on which row, with what."""

    def __init__(self, clock: FakeClock, interval_s: float = 2.0) -> None:
        self.clock = clock
        self.pings: list[tuple[int, int, bytes]] = []
        self.is_open = True
        self.pinger = Pinger(interval_s, self.send)

    def send(self, row: int, payload: bytes) -> bool:
        """Keep a ping."""
        if self.is_open:
            self.pings.append((self.clock.now_ns, row, payload))
        return self.is_open

    def moments(self, row: int) -> list[int]:
        """Return when a row was pinged."""
        return [at_ns for at_ns, pinged, _ in self.pings if pinged == row]


@pytest.fixture
def pinged(clock: FakeClock) -> Pinged:
    clock.now_ns = 5 * S
    return Pinged(clock)


def test_each_connection_is_pinged_within_one_interval_and_then_once_per_interval(pinged: Pinged) -> None:
    for row in range(100):
        pinged.pinger.add(row)
    pinged.clock.run_until(11 * S + 1)
    for row in range(100):
        first, second, third = pinged.moments(row)
        assert 5 * S < first <= 7 * S
        assert second - first == third - second == 2 * S


def test_connections_that_open_at_once_are_pinged_evenly_spread(pinged: Pinged) -> None:
    for row in range(100):
        pinged.pinger.add(row)
    pinged.clock.run_until(7 * S)
    moments = sorted([5 * S, *(at_ns for at_ns, _, _ in pinged.pings)])
    assert max(after - before for before, after in pairwise(moments)) < 2.1 * 2 * S / 100


def test_the_round_trip_of_each_pong_is_taken(pinged: Pinged) -> None:
    pinged.pinger.add(0)
    for trip_ns in (10 * MS, 30 * MS):
        pinged.clock.run_until(pinged.clock.now_ns + 2 * S + 1)
        pinged.clock.now_ns = pinged.pings[-1][0] + trip_ns
        pinged.pinger.note_pong(0, pinged.pings[-1][2])
    found = pinged.pinger.figures()
    times = Histogram()
    times.merge_packed(found.times)
    assert (found.sent, found.unanswered) == (2, 0)
    assert (times.n, times.min_ns, times.max_ns) == (2, 10 * MS, 30 * MS)


@pytest.mark.parametrize("payload", [b"", b"hello", b"\0" * 8, b"\xff" * 125])
def test_a_pong_that_nobody_asked_for_answers_nothing(pinged: Pinged, payload: bytes) -> None:
    pinged.pinger.add(0)
    pinged.clock.run_until(8 * S)
    pinged.pinger.note_pong(0, payload)
    pinged.pinger.note_pong(1, payload)
    pinged.clock.run_until(10 * S)
    assert pinged.pinger.figures().unanswered == pinged.pinger.figures().sent - 1 > 0


def test_a_pong_answers_the_pings_before_it_too(pinged: Pinged) -> None:
    pinged.pinger.add(0)
    pinged.clock.run_until(11 * S + 1)
    pinged.pinger.note_pong(0, pinged.pings[-1][2])
    found = pinged.pinger.figures()
    assert (found.sent, found.unanswered) == (3, 0)


def test_a_ping_is_unanswered_when_the_next_one_is_due_and_not_before(pinged: Pinged) -> None:
    pinged.pinger.add(0)
    pinged.clock.run_until(7 * S + 1)
    pinged.clock.run_until(pinged.pings[0][0] + 2 * S - 1)
    assert pinged.pinger.figures().unanswered == 0
    pinged.clock.run_until(pinged.clock.now_ns + 2)
    assert pinged.pinger.figures().unanswered == 1


def test_pings_that_nobody_ever_answers_are_counted_and_not_kept(pinged: Pinged) -> None:
    pinged.pinger.add(0)
    pinged.clock.run_until(205 * S + 1)
    found = pinged.pinger.figures()
    assert (found.sent, found.unanswered) == (100, 99)


def test_a_ping_that_was_cut_off_is_not_unanswered_unless_it_was_late(pinged: Pinged) -> None:
    pinged.pinger.add(0)
    pinged.clock.run_until(9 * S + 1)
    pinged.pinger.remove(0)
    pinged.clock.run_until(30 * S)
    found = pinged.pinger.figures()
    assert (found.sent, found.unanswered) == (2, 1)


def test_a_connection_that_cannot_take_a_ping_gets_the_next_one(pinged: Pinged) -> None:
    pinged.is_open = False
    pinged.pinger.add(0)
    pinged.clock.run_until(8 * S)
    pinged.is_open = True
    pinged.clock.run_until(9 * S + 1)
    assert pinged.pinger.figures().sent == 1


def test_after_the_end_nobody_is_pinged(pinged: Pinged) -> None:
    pinged.pinger.add(0)
    pinged.pinger.stop()
    pinged.pinger.add(1)
    pinged.clock.run_until(20 * S)
    assert pinged.pings == []
