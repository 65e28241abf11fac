"""Replies of users with tasks of their own, as figures of the hold."""

import msgspec
import pytest

from tests.stats.made import WINDOW, S, findings
from wswarm.locust.worker.tally import ScriptTally
from wswarm.stats.findings import Arrivals, Sends
from wswarm.stats.histogram import Histogram

HOLD = WINDOW.hold_ns
MS = S // 1000


@pytest.fixture
def tally() -> ScriptTally:
    return ScriptTally(WINDOW)


def found(tally: ScriptTally) -> tuple[Sends, Arrivals]:
    both = tally.added_to(findings())
    assert both.sends is not None
    assert both.arrivals is not None
    return both.sends, both.arrivals


def test_replies_and_those_that_did_not_come_are_what_was_owed(tally: ScriptTally) -> None:
    for number in range(5):
        tally.note_sent(HOLD + number)
    for number in range(3):
        tally.record(HOLD + number, HOLD + number + 20 * MS)
    tally.note_lost(HOLD + S, is_disconnected=False)
    tally.note_lost(HOLD + S, is_disconnected=True)
    sends, arrivals = found(tally)
    assert (sends.offered, sends.sent) == (5, 5)
    assert (arrivals.owed, arrivals.received) == (5, 3)
    assert (arrivals.lost_silent, arrivals.lost_disconnected) == (1, 1)


def test_the_times_are_those_from_send_to_receipt(tally: ScriptTally) -> None:
    for milliseconds in (1, 2, 9):
        tally.record(HOLD + S, HOLD + S + milliseconds * MS)
    times = Histogram()
    times.merge_packed(found(tally)[1].response)
    assert (times.n, times.min_ns, times.max_ns, times.total_ns) == (3, MS, 9 * MS, 12 * MS)


@pytest.mark.parametrize("sent_ns", [HOLD - 1, WINDOW.drain_ns])
def test_what_was_sent_outside_the_hold_is_of_no_figure(tally: ScriptTally, sent_ns: int) -> None:
    tally.note_sent(sent_ns)
    assert not tally.record(sent_ns, sent_ns + 20 * MS)
    assert not tally.note_lost(sent_ns, is_disconnected=False)
    sends, arrivals = found(tally)
    assert (sends.sent, arrivals.owed, arrivals.received) == (0, 0, 0)


def test_a_hold_that_begins_forgets_what_was_before(tally: ScriptTally) -> None:
    tally.note_sent(HOLD)
    tally.record(HOLD, HOLD + MS)
    tally.begin_hold(WINDOW)
    sends, arrivals = found(tally)
    assert (sends.sent, arrivals.owed, arrivals.received) == (0, 0, 0)


def test_users_that_never_expect_a_reply_are_measured_as_connections_alone(tally: ScriptTally) -> None:
    tally.note_sent(HOLD)
    assert tally.added_to(findings()).arrivals is None


def test_a_time_below_zero_is_kept_so_that_the_run_can_tell_of_it(tally: ScriptTally) -> None:
    tally.record(HOLD + MS, HOLD)
    times = Histogram()
    times.merge_packed(found(tally)[1].response)
    assert (times.n, times.min_ns, times.max_ns) == (1, -MS, -MS)


def test_a_hold_that_never_began_has_no_figures(tally: ScriptTally) -> None:
    tally.note_sent(HOLD)
    tally.record(HOLD, HOLD + MS)
    tally.end_hold(msgspec.structs.replace(WINDOW, hold_ns=WINDOW.drain_ns))
    sends, arrivals = found(tally)
    assert (sends.sent, arrivals.owed, arrivals.received) == (0, 0, 0)
