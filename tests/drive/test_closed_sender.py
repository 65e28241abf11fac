"""The closed model: the next send waits for the reply."""

from typing import Any

import msgspec
import pytest

from tests.drive.fakes import MS, PREFIX, WINDOW, Due, FakeClock, plan_of, sender_of, swarm_of
from tests.stats.made import ints

START, HOLD, DRAIN = WINDOW.start_ns, WINDOW.hold_ns, WINDOW.drain_ns


class Load:
    """A closed sender over fake connections that answer when they are told to."""

    def __init__(self, clock: FakeClock, places: list[int] | None = None, **options: Any) -> None:
        self.clock = clock
        rows = [0, 1] if places is None else places
        senders = sum(place >= 0 for place in rows)
        self.swarm, self.connections = swarm_of(clock, len(rows))
        self.due, plan = Due(), plan_of(closed=True, **options)
        self.sender = sender_of(self.swarm, plan, rows, senders, self.due)
        clock.run_until(START + 1)

    def answer(self, row: int, at_ns: int, payload: bytes | None = None) -> None:
        """Let the reply to the last message of a row arrive, or another payload."""
        self.clock.run_until(at_ns)
        self.swarm.on_marked(row, payload or self.connections[row].sent[-1])

    def counts(self) -> list[int]:
        """Return how many messages went out on each row."""
        return [len(connection.sent) for connection in self.connections]

    def intended(self, row: int = 0) -> list[int]:
        """Return the intended times in the marks of a row."""
        return [mark[2] for mark in self.connections[row].marks()]


def test_each_connection_begins_with_one_message(clock: FakeClock) -> None:
    load = Load(clock)
    assert load.counts() == [1, 1]
    clock.run_until(HOLD)
    assert load.counts() == [1, 1]


def test_a_reply_releases_the_next_message_of_its_connection(clock: FakeClock) -> None:
    load = Load(clock)
    load.answer(0, START + 5 * MS)
    assert load.counts() == [2, 1]
    assert load.intended(0) == [START, START + 5 * MS]


def test_messages_of_a_connection_are_numbered_in_order(clock: FakeClock) -> None:
    load = Load(clock, places=[1, 0])
    for number in range(1, 4):
        load.answer(0, START + number * MS)
    assert [mark[:2] for mark in load.connections[0].marks()] == [(1, 0), (1, 2), (1, 3), (1, 4)]
    assert [mark[:2] for mark in load.connections[1].marks()] == [(2, 1)]


@pytest.mark.parametrize("payload", [PREFIX + b"0" * 32, b"Client #5 says hello"])
def test_a_marked_message_that_is_not_the_reply_releases_nothing(payload: bytes, clock: FakeClock) -> None:
    load = Load(clock)
    load.answer(0, START + 5 * MS, payload)
    assert load.counts() == [1, 1]


def test_a_second_copy_of_a_reply_releases_nothing(clock: FakeClock) -> None:
    load = Load(clock)
    reply = load.connections[0].sent[0]
    load.answer(0, START + 5 * MS, reply)
    load.answer(0, START + 6 * MS, reply)
    assert load.counts() == [2, 1]


def test_a_reply_wrapped_in_other_text_is_the_reply(clock: FakeClock) -> None:
    load = Load(clock)
    load.answer(0, START + 5 * MS, b'{"you said":"' + load.connections[0].sent[0] + b'"}')
    assert load.counts() == [2, 1]


def test_with_a_rate_the_first_messages_are_spread_over_the_connections(clock: FakeClock) -> None:
    load = Load(clock, rate=10.0)
    clock.run_until(START + 101 * MS)
    assert (load.intended(0), load.intended(1)) == ([START], [START + 100 * MS])


def test_with_a_rate_an_early_reply_waits_for_the_scheduled_time(clock: FakeClock) -> None:
    load = Load(clock, rate=10.0)
    load.answer(0, START + 5 * MS)
    assert load.counts()[0] == 1
    clock.run_until(START + 201 * MS)
    assert load.intended(0) == [START, START + 200 * MS]


def test_a_second_copy_of_an_early_reply_schedules_nothing_more(clock: FakeClock) -> None:
    load = Load(clock, rate=10.0)
    for moment in (5, 6):
        load.answer(0, START + moment * MS)
    clock.run_until(START + 399 * MS)
    assert load.intended(0) == [START, START + 200 * MS]


def test_with_a_rate_a_late_reply_releases_at_once_and_the_delay_is_not_counted(clock: FakeClock) -> None:
    load = Load(clock, rate=10.0)
    load.answer(0, START + 350 * MS)
    assert load.intended(0) == [START, START + 350 * MS]


def test_a_reply_that_does_not_come_is_given_up_after_the_drain_time(clock: FakeClock) -> None:
    load = Load(clock, drain=1.5)
    clock.run_until(START + 1_500 * MS)
    load.sender.tick()
    assert load.counts() == [1, 1]
    clock.run_until(START + 1_501 * MS)
    load.sender.tick()
    assert load.counts() == [2, 2]


def test_patience_lasts_at_least_a_second(clock: FakeClock) -> None:
    load = Load(clock, drain=0.0)
    clock.run_until(START + 1_000 * MS)
    load.sender.tick()
    assert load.counts() == [1, 1]


def test_a_reply_that_comes_after_it_was_given_up_releases_nothing(clock: FakeClock) -> None:
    load = Load(clock, places=[0])
    late = load.connections[0].sent[0]
    clock.run_until(START + 1_001 * MS)
    load.sender.tick()
    load.answer(0, START + 1_002 * MS, late)
    assert load.counts() == [2]


def test_a_connection_without_a_place_sends_nothing(clock: FakeClock) -> None:
    assert Load(clock, places=[-1, 0]).counts() == [0, 1]


def test_nothing_is_sent_on_a_lost_connection(clock: FakeClock) -> None:
    load = Load(clock)
    load.connections[0].is_open = False
    load.answer(0, START + 5 * MS)
    assert load.counts() == [1, 1]


def test_no_message_is_due_after_the_hold(clock: FakeClock) -> None:
    load = Load(clock)
    load.answer(0, DRAIN - 1)
    load.answer(1, DRAIN)
    assert load.counts() == [2, 1]


def test_after_the_stop_nothing_goes_out(clock: FakeClock) -> None:
    load = Load(clock)
    load.sender.stop()
    load.answer(0, START + 5 * MS)
    assert load.counts() == [1, 1]
    assert load.sender.is_done()


def test_a_cut_ends_the_hold_early(clock: FakeClock) -> None:
    load = Load(clock)
    load.answer(0, HOLD + 5 * MS)
    load.sender.cut(msgspec.structs.replace(WINDOW, drain_ns=HOLD + 10 * MS))
    load.answer(0, HOLD + 10 * MS)
    assert load.counts() == [2, 1]
    assert load.sender.is_done()


def test_a_sender_is_done_when_the_hold_is_over(clock: FakeClock) -> None:
    load = Load(clock)
    clock.run_until(DRAIN - 1)
    assert not load.sender.is_done()
    clock.run_until(DRAIN)
    assert load.sender.is_done()


def test_what_is_offered_is_what_was_sent_in_the_hold(clock: FakeClock) -> None:
    load = Load(clock)
    load.answer(0, HOLD + 5 * MS)
    load.answer(0, HOLD + 9 * MS)
    load.sender.outbox.fold(WINDOW)
    found = load.sender.findings()
    assert (found.offered, found.sent) == (2, 2)


def test_what_was_sent_is_told_with_its_row_and_the_moment_at_which_it_became_due(clock: FakeClock) -> None:
    load = Load(clock)
    load.answer(0, HOLD - 1)
    load.due.fold(load.sender, load.swarm)
    load.answer(0, HOLD + 9 * MS)
    load.due.fold(load.sender, load.swarm)
    assert load.due.rows == [0, 1, 0, 0]
    assert load.due.intended_ns == [START, START, HOLD - 1, HOLD + 9 * MS]
    assert load.due.flights.sent_ns(ints(range(4))).tolist() == load.due.intended_ns
