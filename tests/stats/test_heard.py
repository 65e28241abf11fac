"""What connections hear first and last, and what lies between."""

import numpy as np

from wswarm.stats.findings import STILL_OPEN, UNKNOWN
from wswarm.stats.heard import Heard
from wswarm.stats.published import REFUSED, Published
from wswarm.stats.tally import Batch


def batch(*heard: tuple[int, int, int]) -> Batch:
    """Messages, each a row, a number and when it came."""
    rows, numbers, received = np.array(heard, np.int64).reshape(-1, 3).T
    return Batch(rows, np.ones(len(rows), np.int64), numbers, received, received)


def sent(*numbers: int, at_ns: int = 1) -> Published:
    """Broadcasts that were sent."""
    of = np.array(numbers, np.int64)
    return Published(of, of, np.full(len(of), at_ns, np.int64))


def test_the_first_message_of_a_row_is_the_earliest() -> None:
    heard = Heard()
    heard.note(batch((0, 4, 100), (0, 5, 200)), 2)
    heard.note(batch((0, 3, 90)), 2)
    assert heard.first_of(0) == 90
    assert heard.first_of(1) == heard.first_of(99_999) == STILL_OPEN


def test_missed_is_what_lies_between_the_last_before_and_the_first_after() -> None:
    heard = Heard()
    heard.note(batch((0, 4, 100), (0, 5, 200), (1, 9, 300), (1, 10, 400)), 2)
    heard.note_sent(sent(4, 5, 6, 7))
    heard.note_sent(sent(9, 10, 8))
    assert heard.missed(0, 1) == 3


def test_what_was_never_sent_or_not_taken_nobody_can_have_missed() -> None:
    heard = Heard()
    heard.note(batch((0, 5, 200), (1, 19, 300)), 2)
    heard.note_sent(sent(5, 6, 19))
    heard.note_sent(sent(7, 8, at_ns=REFUSED))
    assert heard.missed(0, 1) == 1


def test_a_history_that_is_replayed_leaves_nothing_missed() -> None:
    heard = Heard()
    heard.note(batch((0, 5, 200), (1, 9, 300), (1, 4, 310), (1, 5, 311), (1, 6, 312)), 2)
    assert heard.missed(0, 1) == 0


def test_between_rows_that_heard_nothing_it_is_not_known() -> None:
    heard = Heard()
    heard.note(batch((0, 5, 200)), 5_000)
    assert heard.missed(0, 1) == heard.missed(1, 0) == heard.missed(0, 9_999) == UNKNOWN
