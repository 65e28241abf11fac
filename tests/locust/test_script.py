"""Which messages a user with tasks of its own takes for the one it expects, and how long it waits for it."""

import re
from contextlib import suppress
from typing import Any

import gevent
import gevent.event
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet import wire
from wswarm.locust.script import Message, Wanted, is_wanted
from wswarm.locust.worker.inbox import KEPT
from wswarm.locust.worker.listener import Listener
from wswarm.locust.worker.seat import Seat, response_ms

HELLO = Message(b'{"type": "hello", "n": 7}', 1_000_000)


class FakeStation:
    """Keeps what a seat tells it."""

    def __init__(self) -> None:
        self.told: list[wire.Command] = []
        self.replies: list[tuple[str, Message, int]] = []
        self.missing: list[tuple[str, str]] = []

    def tell(self, command: wire.Command) -> None:
        self.told.append(command)

    def record_reply(self, _: Seat, name: str, message: Message, asked_ns: int) -> None:
        self.replies.append((name, message, asked_ns))

    def record_no_reply(self, _: Seat, name: str, why: str, asked_ns: int) -> None:
        assert asked_ns < now_ns() + 1
        self.missing.append((name, why))

    def times(self) -> list[float]:
        """The times of all replies, ns."""
        return [response_ms(message, asked_ns) * 1e6 for _, message, asked_ns in self.replies]


@pytest.fixture
def station() -> FakeStation:
    return FakeStation()


@pytest.fixture
def seat(station: FakeStation) -> Seat:
    return Seat(station, test=1, group=2, row=3, connection_id=4)  # type: ignore[arg-type]


def heard(*texts: str) -> list[Message]:
    return [Message(text.encode(), number) for number, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("wanted", "is_it"),
    [
        (None, True),
        ("hello", True),
        ("goodbye", False),
        (re.compile(r'"n": \d'), True),
        (re.compile("^hello"), False),
        (lambda message: len(message.data) > 5, True),
        (lambda message: message.received_ns == 0, False),
    ],
)
def test_a_message_is_wanted_by_text_pattern_or_function(wanted: Wanted, is_it: bool) -> None:
    assert is_wanted(HELLO, wanted) is is_it


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert Message(b"caf\xe9", 0).text == "caf\N{REPLACEMENT CHARACTER}"


def test_a_reply_counts_from_when_the_agent_sent_the_message(seat: Seat, station: FakeStation) -> None:
    seat.say(b"hi")
    seat.note_said(1, 500)
    seat.note_heard(HELLO)
    assert seat.expect("hello", 1.0, "greeting") == HELLO
    assert station.told == [wire.Say(2, 3, 1, b"hi", True)]
    assert station.replies == [("greeting", HELLO, 500)]


def test_messages_before_the_wanted_one_are_dropped_and_those_after_it_kept(seat: Seat) -> None:
    for message in heard("noise", "one", "two"):
        seat.note_heard(message)
    assert [seat.expect("one", 1.0, "r"), seat.expect(None, 1.0, "r")] == heard("noise", "one", "two")[1:]


def test_what_comes_while_waiting_is_taken(seat: Seat) -> None:
    gevent.spawn_later(0.01, seat.note_heard, HELLO)
    assert seat.expect("hello", 30.0, "r") == HELLO


def test_no_reply_in_time_is_recorded_with_its_patience(seat: Seat, station: FakeStation) -> None:
    with pytest.raises(TimeoutError):
        seat.expect("hello", 0.01, "greeting")
    assert station.missing == [("greeting", "no reply within 0.01 s")]


def test_a_lost_connection_ends_the_wait_and_is_recorded(seat: Seat, station: FakeStation) -> None:
    gevent.spawn_later(0.01, seat.note_ended)
    assert seat.expect("hello", 30.0, "greeting") is None
    assert station.missing == [("greeting", "the connection was lost")]


def test_of_messages_that_nobody_expects_the_latest_are_kept(seat: Seat) -> None:
    for message in heard(*(f"<{number}>" for number in range(KEPT + 1))):
        seat.note_heard(message)
    first: Any = seat.expect(None, 1.0, "r")
    assert first.text == "<1>"


def at(text: str, received_ns: int) -> Message:
    return Message(text.encode(), received_ns)


def test_what_came_before_the_send_is_no_answer_to_it(seat: Seat, station: FakeStation) -> None:
    seat.note_heard(at("push", 100))
    seat.say(b"q")
    seat.note_heard(at("push", 199))  # received before the send, heard after it was asked for
    seat.note_said(1, 200)
    seat.note_heard(at("reply", 230))
    assert seat.expect(None, 1.0, "r") == at("reply", 230)
    assert station.times() == [30]


def test_an_answer_that_is_heard_before_the_send_is_told_waits_for_that(
    seat: Seat, station: FakeStation
) -> None:
    seat.say(b"q")
    seat.note_heard(at("reply", 230))
    gevent.spawn_later(0.01, seat.note_said, 1, 200)
    assert seat.expect(None, 30.0, "r") == at("reply", 230)
    assert station.times() == [30]


def test_of_several_sends_the_latest_that_had_gone_out_when_the_answer_came_counts(
    seat: Seat, station: FakeStation
) -> None:
    for number, sent_ns in ((1, 100), (2, 200), (3, 300)):
        seat.say(b"q")
        seat.note_said(number, sent_ns)
    seat.note_heard(at("before all", 99))
    seat.note_heard(at("to the second", 250))
    assert seat.expect(None, 1.0, "r") == at("to the second", 250)
    assert station.times() == [50]


def test_without_a_send_of_its_own_an_expectation_counts_from_its_call(
    seat: Seat, station: FakeStation
) -> None:
    seat.say(b"subscribe")
    seat.note_said(1, now_ns())
    for text in ("subscribed", "first push"):
        seat.note_heard(at(text, now_ns()))
    gevent.spawn_later(0.02, lambda: seat.note_heard(at("second push", now_ns())))
    began_ns = now_ns()
    for wanted in ("subscribed", "push", "push"):
        seat.expect(wanted, 30.0, wanted)
    elapsed_ns = now_ns() - began_ns
    assert [message.text for _, message, _ in station.replies] == ["subscribed", "first push", "second push"]
    assert station.times()[1] == 0
    assert 0 < station.times()[2] <= elapsed_ns


def test_a_reply_is_found_however_many_pushes_wait_and_what_it_passes_over_is_gone(seat: Seat) -> None:
    for number in range(2 * KEPT):
        seat.note_heard(at("push", number))
    seat.say(b"q")
    seat.note_said(1, 5_000)
    seat.note_heard(at("reply", 6_000))
    assert seat.expect("reply", 1.0, "r") == at("reply", 6_000)
    with pytest.raises(TimeoutError):
        seat.expect(None, 0.0, "r")


def test_what_an_expectation_in_vain_has_passed_over_stays_for_the_next(seat: Seat) -> None:
    seat.note_heard(at("push", 1))
    with pytest.raises(TimeoutError):
        seat.expect("reply", 0.0, "r")
    assert seat.expect("push", 1.0, "r") == at("push", 1)


def test_two_requests_at_once_on_one_connection_each_find_their_own_reply(
    seat: Seat, station: FakeStation
) -> None:
    found: dict[str, Any] = {}

    def ask(text: str) -> None:
        found[text] = seat.expect(text, 30.0, text, [seat.say(text.encode())])

    both = [gevent.spawn(ask, text) for text in ("one", "two")]
    gevent.sleep(0)
    for number, sent_ns in ((1, 100), (2, 110)):
        seat.note_said(number, sent_ns)
    for message in (at("two", 140), at("one", 150)):  # in the other order, and in one go
        seat.note_heard(message)
    gevent.joinall(both)
    assert found == {"one": at("one", 150), "two": at("two", 140)}
    assert sorted(station.times()) == [30, 50]


def test_a_message_that_could_not_be_sent_is_told_as_a_lost_connection(
    seat: Seat, station: FakeStation
) -> None:
    seat.note_heard(at("push", 100))
    seat.say(b"q")
    seat.note_said(1, 0)
    assert seat.expect(None, 30.0, "r") is None
    assert station.missing == [("r", "the connection was lost")]


@given(
    st.lists(st.tuples(st.sampled_from(("say", "heard", "expect")), st.integers(0, 5)), max_size=40),
)
def test_no_time_is_negative_or_longer_than_since_the_first_send(steps: list[tuple[str, int]]) -> None:
    station = FakeStation()
    seat = Seat(station, test=1, group=0, row=0, connection_id=0)  # type: ignore[arg-type]
    clock, sends = 1, 0
    for step, more in steps:
        clock += more
        if step == "say":
            sends += 1
            seat.say(b"q")
            seat.note_said(sends, clock)
        elif step == "heard":
            seat.note_heard(at("m", clock))
        else:
            with suppress(TimeoutError):
                seat.expect(None, 0.0, "r")
    assert all(0 <= time <= clock for time in station.times())


def test_a_listener_may_wait_for_what_it_hears_later() -> None:
    heard: list[str] = []
    news = gevent.event.Event()

    def hear(message: Message) -> None:
        if message.text == "first":
            news.wait(30.0)
        heard.append(message.text)

    listener = Listener(hear)
    for text in ("first", "second"):
        listener.hear(at(text, 0))
    gevent.sleep(0)
    assert heard == []
    news.set()
    gevent.sleep(0.01)
    assert heard == ["first", "second"]


def test_what_was_there_before_it_was_expected_took_no_time(seat: Seat, station: FakeStation) -> None:
    seat.note_heard(at("push", 100))
    assert seat.expect(None, 1.0, "r") == at("push", 100)
    assert station.times() == [0]
