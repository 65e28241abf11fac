"""One connection's replay: what is sent when."""

import pytest

from tests.load.recordings import recording
from wswarm.load.player import NEVER_NS, PATIENCE_NS, Places, Player
from wswarm.load.score import score_of

OPENED = 1_000_000_000_000
TENTH = 100_000_000  # between two messages of a recorded talk


def player(*lines: str, speed: float = 1.0, has_times: bool = True) -> Player:
    score = score_of(recording(*lines)._replace(has_times=has_times))
    return Player(Places(score), score.secrets, OPENED, speed)


def send(one: Player) -> tuple[int, bytes]:
    """Take the next turn when it is due: when that is after opening, and what is said."""
    due = one.take_turn(one.due_ns())
    return due.intended_ns - OPENED, due.payload


@pytest.mark.parametrize(
    ("speed", "offsets"), [(1.0, [0, TENTH]), (2.0, [0, TENTH // 2]), (0.5, [0, 2 * TENTH])]
)
def test_messages_are_due_at_their_offsets(speed: float, offsets: list[int]) -> None:
    one = player("> a", "> b", speed=speed)
    assert [send(one)[0] for _ in offsets] == offsets
    assert one.due_ns() == NEVER_NS


def test_what_comes_late_puts_nothing_off_that_does_not_need_it() -> None:
    one = player("> a", "< b", "> c")
    assert [send(one), send(one)] == [(0, b"a"), (2 * TENTH, b"c")]


WITH_VALUE = ('< {"type":"in","id":"q9Zk31xa"}', "> join q9Zk31xa", "> then")


def test_a_message_waits_for_the_value_that_it_needs_and_none_overtakes_it() -> None:
    one = player(*WITH_VALUE)
    assert (one.due_ns(), one.lacks()) == (NEVER_NS, "given_id")
    one.hear(b'{"type":"in","id":"zzzz9999"}', OPENED + 9 * TENTH)
    assert [send(one), send(one)] == [(9 * TENTH, b"join zzzz9999"), (9 * TENTH, b"then")]


def test_a_value_that_came_in_time_changes_nothing() -> None:
    one = player(*WITH_VALUE)
    one.hear(b'{"type":"in","id":"zzzz9999"}', OPENED + 1)
    assert [send(one), send(one)] == [(TENTH, b"join zzzz9999"), (2 * TENTH, b"then")]


def test_a_value_is_taken_from_the_message_of_its_place_only() -> None:
    one = player("< other", *WITH_VALUE)
    one.hear(b"anything", OPENED)
    assert one.lacks() == "given_id"
    one.hear(b'{"type":"in"}', OPENED)
    one.hear(b'{"type":"in","id":"toolate1"}', OPENED)
    assert one.lacks() == "given_id"


def test_what_comes_is_matched_in_order_by_kind() -> None:
    one = player("> a", '< {"type":"x"}', "< text", '< {"type":"x"}')
    send(one)
    places = [
        one.hear(said, OPENED)
        for said in (b"words", b'{"type":"x"}', b'{"type":"x"}', b'{"type":"x"}', b"words")
    ]
    assert [found and found.place for found in places] == [1, 0, 2, None, None]
    assert one.is_over


def test_the_first_answer_after_a_message_is_timed_from_it() -> None:
    one = player("< hello", "> a", "< b", "< c")
    assert one.hear(b"hello", OPENED + 1) == (0, None)
    one.take_turn(OPENED + TENTH)
    assert one.hear(b"b", OPENED + TENTH + 70) == (1, 70)
    assert one.hear(b"c", OPENED + TENTH + 90) == (2, None)


def test_what_comes_before_a_message_is_no_answer_to_it() -> None:
    one = player("> a", "< b")
    assert one.hear(b"b", OPENED) == (0, None)


def test_without_times_a_message_follows_what_came_before_it() -> None:
    one = player("> a", "< b", "< c", "> d", has_times=False)
    assert send(one) == (0, b"a")
    one.hear(b"b", OPENED + 5)
    assert one.due_ns() == OPENED + PATIENCE_NS
    one.hear(b"c", OPENED + 7)
    assert send(one) == (7, b"d")


def test_without_times_what_does_not_come_is_waited_for_only_once() -> None:
    one = player("> a", "< b", "> c", "> d", has_times=False)
    assert [send(one)[0] for _ in range(3)] == [0, PATIENCE_NS, PATIENCE_NS]


def test_a_ping_is_answered_when_it_comes_and_is_not_owed() -> None:
    one = player("> a", "< 2", "> 3", "> b", "< words")
    assert [send(one), send(one)] == [(0, b"a"), (3 * TENTH, b"b")]
    assert one.answer_to(b"2") == (b"3", False)
    assert one.answer_to(b"words") is None
    assert one.absent(NEVER_NS) == [False, True]
    assert one.hear(b"words", OPENED + 4 * TENTH) == (1, TENTH)
    assert one.is_over
