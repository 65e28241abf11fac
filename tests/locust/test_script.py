"""Which messages a user with tasks of its own takes for the one it expects, and how long it waits for it."""

import re
from typing import Any

import gevent
import pytest

from wswarm.drive.live import wire
from wswarm.locust.script import Message, Wanted, is_wanted
from wswarm.locust.seat import KEPT, Seat

HELLO = Message(b'{"type": "hello", "n": 7}', 1_000_000)


class FakeStation:
    """Keeps what a seat tells it."""

    def __init__(self) -> None:
        self.told: list[wire.Command] = []
        self.replies: list[tuple[str, Message, int]] = []
        self.missing: list[tuple[str, str]] = []

    def tell(self, command: wire.Command) -> None:
        self.told.append(command)

    def record_reply(self, seat: Seat, name: str, message: Message, sent_ns: int) -> None:
        self.replies.append((name, message, sent_ns))

    def record_no_reply(self, seat: Seat, name: str, why: str) -> None:
        self.missing.append((name, why))


@pytest.fixture
def station() -> FakeStation:
    return FakeStation()


@pytest.fixture
def seat(station: FakeStation) -> Seat:
    made = Seat(station, test=1, squad=2, row=3, connection_id=4)  # type: ignore[arg-type]
    made.keep_messages()
    return made


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
    seat.note_said(500)
    seat.note_heard(HELLO)
    assert seat.expect("hello", 1.0, "greeting") == HELLO
    assert station.told == [wire.Say(2, 3, 1, b"hi")]
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
