"""Messages marked with whole numbers: only those that were sent count, and each as what it is."""

from typing import NamedTuple

import pytest

from tests.drive.fakes import (
    MS,
    PREFIX,
    WINDOW,
    Due,
    FakeClock,
    FakeConnection,
    S,
    plan_of,
    sender_of,
    swarm_of,
)
from tests.stats.made import ints
from wswarm.drive.capture import Load
from wswarm.drive.numbers import NumberCapture, Register, capture_for
from wswarm.drive.sender import Sender
from wswarm.load.message import payload_for
from wswarm.load.number import nonce_for, write_index
from wswarm.stats.findings import STILL_OPEN, Window
from wswarm.stats.flights import Flights

TEMPLATE = b'{"id":{marker:int}}'
NONCE = nonce_for(PREFIX)
START, HOLD, DRAIN = WINDOW.start_ns, WINDOW.hold_ns, WINDOW.drain_ns


class Sent(NamedTuple):
    """A load that was sent, and what takes its replies."""

    capture: NumberCapture
    sender: Sender
    connections: list[FakeConnection]
    tally: Flights


def number(index: int, salt: int = START) -> bytes:
    """Return a message with the number of a send."""
    return TEMPLATE.replace(b"{marker:int}", NONCE + write_index(index, salt))


def open_load(clock: FakeClock, places: list[int], senders: int, window: Window = WINDOW) -> Sent:
    """Return a load of 10 messages per s that is sent to its end."""
    swarm, connections = swarm_of(clock, len(places))
    swarm.capture = capture = NumberCapture(PREFIX)
    for row in swarm.rows:
        row.payload = payload_for(TEMPLATE, {"id": "1"}, PREFIX, None)
    due, plan = Due(window), plan_of(rate=10.0)
    sender = sender_of(swarm, plan, places, senders, due, window)
    clock.run_until(window.drain_ns)
    due.fold(sender, swarm)
    return Sent(capture, sender, connections, due.flights)


def record(sent: Sent) -> Flights:
    """Return the tally with what was taken in it."""
    sent.tally.note_unmarked(ints([]))
    sent.tally.record(sent.capture.drain())
    sent.tally.note_unmarked(sent.capture.drain_unmarked())
    still_open = ints([STILL_OPEN] * len(sent.connections))
    sent.tally.settle(still_open, still_open)
    return sent.tally


def test_a_template_says_what_takes_its_replies() -> None:
    assert isinstance(capture_for(TEMPLATE, PREFIX), NumberCapture)
    assert not isinstance(capture_for(b"{marker}", PREFIX), NumberCapture)


def test_replies_are_timed_from_when_their_messages_were_due(clock: FakeClock) -> None:
    sent = open_load(clock, [1, 0], 2)
    assert sent.connections[1].sent[0] == number(0)
    clock.now_ns = DRAIN + 70 * MS
    for row, connection in enumerate(sent.connections):
        for payload in connection.sent:
            assert sent.capture.take(row, payload)
    batch = sent.capture.drain()
    assert sorted(batch.intended_ns.tolist()) == [START + 100 * MS * send for send in range(30)]
    assert sorted(zip(batch.sequences.tolist(), batch.publishers.tolist(), strict=True)) == [
        (send, 2 - send % 2) for send in range(30)
    ]


def test_lost_twice_out_of_order_and_misled_are_told_apart(clock: FakeClock) -> None:
    sent = open_load(clock, [0, 1], 2)
    first, second = (connection.sent[5:] for connection in sent.connections)  # of the hold
    for payload in (first[1], first[0], first[2], first[2], *first[4:]):
        sent.capture.take(0, payload)
    for payload in (*second, first[3]):
        sent.capture.take(1, payload)
    seen = record(sent).findings()
    assert (seen.owed, seen.lost_silent, seen.duplicated, seen.reordered) == (20, 1, 1, 1)
    assert seen.extra_kinds == {"of another connection": 1}
    assert seen.unmarked == 0


@pytest.mark.parametrize("other", [number(30), number(10**10), number(0, START + 1), number(0)[:-2] + b"}"])
def test_a_number_that_names_no_message_sent_is_no_mark(clock: FakeClock, other: bytes) -> None:
    sent = open_load(clock, [0], 1)
    if not sent.capture.take(0, other):
        sent.capture.note_unmarked(other)
    seen = record(sent).findings()
    assert (seen.received, seen.extra, seen.unmarked) == (0, 0, 1)
    assert sent.capture.samples.altered == 1


def test_an_answer_before_its_message_was_sent_is_none(clock: FakeClock) -> None:
    sent = open_load(clock, [0], 1)
    clock.now_ns = START + 50 * MS
    sent.capture.take(0, number(0))
    sent.capture.take(0, number(1))
    assert sent.capture.drain().sequences.tolist() == [0]
    assert sent.capture.drain_unmarked().tolist() == [START + 50 * MS]


def test_beside_a_sound_number_others_in_the_same_message_are_nothing(clock: FakeClock) -> None:
    sent = open_load(clock, [0], 1)
    sent.capture.take(0, b"[%b,%b,%b]" % (number(7), number(77), number(8)))
    assert sent.capture.drain().sequences.tolist() == [7, 8]
    assert not len(sent.capture.drain_unmarked())


def test_messages_of_another_agents_connections_belong_to_the_phase_of_their_place(clock: FakeClock) -> None:
    sent = open_load(clock, [0, -1], 3)
    for index in (1, 2, 9, 10, 11, 28, 29, 31):  # the warm-up's are 0 to 9; there is no 31st
        sent.capture.take(0, number(index))
    seen = record(sent).findings()
    assert (seen.extra_kinds, seen.unmarked) == ({"of another connection": 4}, 1)


def test_in_stages_there_are_as_many_of_another_agent_s_as_the_stages_say(clock: FakeClock) -> None:
    swarm, _ = swarm_of(clock, 1)
    register = Register(Load(WINDOW, swarm, ints([0]), 3, 10.0, in_hold=5), lambda numbers: numbers)
    indexes = (1, 10, 11, 14, 16)  # ten of the warm-up, then five
    marks = b"".join(NONCE + write_index(index, START) for index in indexes)
    found, is_known = register.look_up(marks, ints([DRAIN] * len(indexes)))
    assert is_known is not None
    assert is_known.tolist() == [True, True, True, True, False]
    assert found.intended_ns[:4].tolist() == [HOLD - 1, HOLD, HOLD, HOLD]


def test_a_late_answer_of_a_load_before_is_not_taken_for_one_of_this(clock: FakeClock) -> None:
    before = open_load(clock, [0], 1)
    late = before.connections[0].sent[-1]
    later = Window(0, START + 10 * S, HOLD + 10 * S, DRAIN + 10 * S)
    sent = open_load(clock, [0], 1, later)
    sent.capture.take(0, late)
    assert not len(sent.capture.drain().rows)


def test_before_any_load_there_are_no_marks(clock: FakeClock) -> None:
    capture = NumberCapture(PREFIX)
    capture.take(0, number(0))
    assert (len(capture.drain().rows), len(capture.drain_unmarked())) == (0, 1)


def test_in_the_closed_model_each_answer_releases_the_next_and_is_timed(clock: FakeClock) -> None:
    swarm, [connection] = swarm_of(clock, 1)
    swarm.capture = capture = NumberCapture(PREFIX)
    swarm.rows[0].payload = payload_for(TEMPLATE, {"id": "1"}, PREFIX, None)
    due, plan = Due(), plan_of(closed=True, rate=None)
    sender = sender_of(swarm, plan, [0], 2, due)
    clock.run_until(START + 1)
    for answered in range(3):
        clock.run_until(START + (answered + 1) * MS)
        assert capture.take(0, connection.sent[-1])
        swarm.on_marked(0, connection.sent[-1])
    capture.take(
        0, number(1 + 2 * 99)
    )  # the other agent's 100th: possible after 1 ms, but not its 1,000,000th
    capture.take(0, number(1 + 2 * 999_999))
    due.fold(sender, swarm)
    batch = capture.drain()
    assert batch.sequences.tolist()[:3] == [0, 1, 2]
    assert batch.intended_ns.tolist()[1:3] == [START + MS, START + 2 * MS]
    assert batch.publishers.tolist() == [1, 1, 1, 0]
