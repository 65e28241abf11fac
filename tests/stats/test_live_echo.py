"""Replies of a population that comes and goes."""

import pytest

from tests.stats.made import WINDOW, S, batch, ints
from wswarm.stats import extras
from wswarm.stats.findings import STILL_OPEN
from wswarm.stats.histogram import Histogram
from wswarm.stats.live_echo import LiveEchoTally, SendLog
from wswarm.stats.summary import merged
from wswarm.stats.tally import Leavers

MS = S // 1000
DUE_NS = [WINDOW.hold_ns - 100 * MS, *(WINDOW.hold_ns + number * 100 * MS for number in range(5))]
ROWS = [0, 1, 0, 1, 0, 1]
NOBODY_LEFT = Leavers(ints([STILL_OPEN] * 2), S)


def log(sent: list[int] | None = None) -> SendLog:
    """Return six messages by two senders, each sent 1 ms late, the first in the warm-up."""
    sent_ns = [due_ns + MS for due_ns in DUE_NS]
    if sent is not None:
        sent_ns = [moment if number in sent else 0 for number, moment in enumerate(sent_ns)]
    return SendLog(ints(sent_ns), ints(DUE_NS), ints(ROWS))


def reply(number: int, delay_ms: int = 10, *, row: int | None = None) -> tuple[int, int, int, int, int]:
    """Return the arrival of a reply."""
    sender = ROWS[number] if row is None else row
    return (sender, ROWS[number], number, DUE_NS[number], DUE_NS[number] + delay_ms * MS)


def tally_of(*arrivals: tuple[int, int, int, int, int], sent: list[int] | None = None) -> LiveEchoTally:
    """Return a tally of these arrivals."""
    tally = LiveEchoTally(WINDOW)
    tally.record(batch(arrivals), log(sent), 2)
    return tally


def test_replies_of_the_hold_are_timed_from_the_intended_and_from_the_sent_time() -> None:
    found = tally_of(*(reply(number) for number in range(6))).arrivals()
    response, service = _histogram(found.response), _histogram(found.service)
    assert (response.n, response.min_ns, response.max_ns) == (5, 10 * MS, 10 * MS)
    assert (service.n, service.min_ns, service.max_ns) == (5, 9 * MS, 9 * MS)


def test_every_message_sent_in_the_hold_is_owed_its_reply() -> None:
    tally = tally_of(reply(1), reply(2), reply(4))
    found = tally.settle(log(), ints([STILL_OPEN] * 2), NOBODY_LEFT)
    assert found[:3] == (5, 0, 2)


def test_what_was_not_sent_is_not_owed() -> None:
    found = tally_of(sent=[1, 2]).settle(log([1, 2]), ints([STILL_OPEN] * 2), NOBODY_LEFT)
    assert found[:3] == (2, 0, 2)


def test_replies_lost_with_their_connection_are_told_apart() -> None:
    found = tally_of(reply(1)).settle(log(), ints([WINDOW.drain_ns, STILL_OPEN]), NOBODY_LEFT)
    assert (found.lost_disconnected, found.lost_silent) == (2, 2)


def test_a_reply_to_somebody_else_or_to_nothing_is_extra() -> None:
    found = tally_of(reply(1, row=0), reply(2), sent=[1, 3]).arrivals()
    assert (found.extra, _histogram(found.response).n) == (2, 0)
    assert found.extra_kinds == {extras.OF_OTHERS: 1, extras.NEVER_SENT: 1}


def test_a_second_copy_is_a_duplicate_and_a_late_first_one_reordered() -> None:
    found = tally_of(reply(3), reply(1), reply(3)).arrivals()
    assert (found.duplicated, found.reordered) == (1, 1)


@pytest.mark.parametrize(
    ("replies", "left_ms", "owed", "lost"),
    [
        pytest.param([1, 2, 3, 4], 390, 4, 0, id="the last was on its way"),
        pytest.param([1, 2, 4], 450, 4, 1, id="an earlier one was overtaken by its reply"),
        pytest.param([2, 4], 5_000, 5, 3, id="long after"),
    ],
)
def test_a_sender_that_leaves_may_miss_its_last_replies(
    replies: list[int], left_ms: int, owed: int, lost: int
) -> None:
    tally = tally_of(*map(reply, replies))
    leavers = Leavers(ints([STILL_OPEN, WINDOW.hold_ns + left_ms * MS]), 200 * MS)
    found = tally.settle(log(), ints([STILL_OPEN] * 2), leavers)
    assert (found.owed, found.lost_silent) == (owed, lost)


def _histogram(packed: bytes) -> Histogram:
    return merged([packed])


def test_nothing_sent_owes_nothing() -> None:
    nothing = SendLog(ints([]), ints([]), ints([]))
    assert LiveEchoTally(WINDOW).settle(nothing, ints([]), Leavers(ints([]), S)) == (0,) * 6
