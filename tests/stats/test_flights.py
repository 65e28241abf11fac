"""Replies: what is owed, received and lost, against a tally of plain Python."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.made import WINDOW, Arrival, S, batch, histogram, ints, split
from wswarm.stats import extras
from wswarm.stats import flights as module
from wswarm.stats.findings import STILL_OPEN, Arrivals, Window, unpack
from wswarm.stats.flights import Flights
from wswarm.stats.histogram import Histogram
from wswarm.stats.overdue import NEVER_WILL_BE, Overdue
from wswarm.stats.tally import Batch, Settlement

LAW = settings(max_examples=50, deadline=None, derandomize=True)
IDS = (5, 6, 8)
ROWS, LAST_ID = len(IDS), 8
MS = S // 1000
PATIENCE = 200 * MS
OPEN = ints([STILL_OPEN] * ROWS)
ENDING = Window(WINDOW.origin_ns, WINDOW.start_ns, WINDOW.hold_ns, WINDOW.drain_ns, WINDOW.drain_ns + S)


@dataclass(frozen=True)
class Story:
    """What happened: when each message was due and sent, what arrived, and which connections were lost."""

    intended_ns: list[int]
    sent_ns: list[int]
    closed_ns: list[int]
    arrivals: list[Arrival]

    def is_hold(self) -> list[bool]:
        """Return per message whether it belongs to the hold."""
        return [WINDOW.hold_ns <= moment < WINDOW.drain_ns for moment in self.intended_ns]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw sends of three rows in turn from warm-up to drain, replies to any of them, and strangers among them."""
    count = ROWS * draw(st.integers(1, 6))
    intended = [
        WINDOW.start_ns + number // ROWS * (S * 4 // 5) + number % ROWS * MS for number in range(count)
    ]
    sent = [moment + MS if draw(st.booleans()) else 0 for moment in intended]
    closed = draw(st.lists(st.sampled_from([STILL_OPEN, WINDOW.drain_ns - 1]), min_size=ROWS, max_size=ROWS))
    arrivals: list[Arrival] = []
    for number in draw(st.lists(st.integers(0, count - 1), max_size=40)):
        own = IDS[number % ROWS]
        publisher = draw(st.sampled_from([own, own, own, 7, 999]))
        row = draw(st.sampled_from([number % ROWS] * 4 + [0]))
        beyond = draw(st.sampled_from([0, 0, 0, 300]))
        received = intended[number] + draw(st.integers(MS, S))
        arrivals.append((row, publisher, number + beyond, intended[number], received))
    return Story(intended, sent, closed, arrivals)


def sent_tally(story: Story) -> Flights:
    """Return a tally of which all messages are under way."""
    tally = Flights(WINDOW, LAST_ID, PATIENCE)
    tally.join(ints(IDS[:1]))
    tally.join(ints(IDS[1:]))
    half = len(story.sent_ns) // 2
    rows = np.arange(len(story.sent_ns)) % ROWS
    for part in (slice(0, half), slice(half, None)):
        tally.expect(ints(story.intended_ns[part]), rows[part])
    is_sent = np.array(story.sent_ns) > 0
    tally.note_sent(np.flatnonzero(is_sent), ints(story.sent_ns)[is_sent])
    tally.note_unsent(np.flatnonzero(~is_sent)[::2])  # the others still wait for room
    return tally


def tally_of(story: Story, cuts: list[int], *, settle_often: bool = False, forget: bool = False) -> Arrivals:
    """Return what the tally says when the arrivals come in batches."""
    tally = sent_tally(story)
    for part in split(story.arrivals, cuts):
        if forget:
            tally.retire(WINDOW.drain_ns * 2)
        tally.record(part)
        if settle_often:
            tally.settle(ints(story.closed_ns), OPEN)
    tally.settle(ints(story.closed_ns), OPEN)
    return tally.findings()


@dataclass
class Plain:
    """The same, one arrival at a time."""

    story: Story

    def __post_init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.seen: set[int] = set()
        self.response: list[int] = []
        self.service: list[int] = []
        highest: dict[int, int] = {}
        for row, publisher, number, intended, received in self.story.arrivals:
            in_hold = WINDOW.hold_ns <= intended < WINDOW.drain_ns
            is_known = (
                number < len(self.story.sent_ns) and number % ROWS == row and self.story.sent_ns[number]
            )
            if publisher != IDS[row] or not is_known:
                self.counts["extra"] += in_hold
                continue
            if number in self.seen:
                self.counts["duplicated"] += in_hold
            elif in_hold:
                self.counts["reordered"] += number < highest.get(row, -1)
                self.response.append(received - intended)
                self.service.append(received - self.story.sent_ns[number])
            self.seen.add(number)
            highest[row] = max(number, highest.get(row, -1))
        for number, (sent, is_hold) in enumerate(zip(self.story.sent_ns, self.story.is_hold(), strict=True)):
            if sent and is_hold:
                closed = self.story.closed_ns[number % ROWS] != STILL_OPEN
                fate = "received" if number in self.seen else "disconnected" if closed else "silent"
                self.counts["owed"] += 1
                self.counts[fate] += 1


@LAW
@given(stories(), st.lists(st.integers(0, 40), max_size=4))
def test_any_replies_in_any_batches_are_counted_as_plain_python_counts_them(
    story: Story, cuts: list[int]
) -> None:
    found, plain = tally_of(story, cuts), Plain(story)
    assert {
        "owed": found.owed,
        "received": found.received,
        "disconnected": found.lost_disconnected,
        "silent": found.lost_silent,
        "duplicated": found.duplicated,
        "reordered": found.reordered,
        "extra": found.extra,
    } == {
        name: plain.counts[name]
        for name in ("owed", "received", "disconnected", "silent", "duplicated", "reordered", "extra")
    }


@LAW
@given(stories(), st.lists(st.integers(0, 40), max_size=4))
def test_times_are_those_of_the_first_copies_of_the_hold(story: Story, cuts: list[int]) -> None:
    found, plain = tally_of(story, cuts), Plain(story)
    assert found.response == histogram(plain.response).pack()
    assert found.service == histogram(plain.service).pack()


@LAW
@given(stories())
def test_everything_owed_is_received_or_lost(story: Story) -> None:
    found = tally_of(story, [])
    assert found.owed == found.received + found.lost_disconnected + found.lost_silent


@LAW
@given(stories(), st.lists(st.integers(0, 40), max_size=4))
def test_settling_while_replies_arrive_changes_nothing(story: Story, cuts: list[int]) -> None:
    assert tally_of(story, cuts, settle_often=True) == tally_of(story, cuts)


@LAW
@given(stories(), st.lists(st.integers(0, 40), max_size=4), st.integers(1, 5))
def test_what_is_older_than_the_patience_is_forgotten_and_late_replies_still_count(
    story: Story, cuts: list[int], block: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", block)
        forgetful = tally_of(story, cuts, forget=True)
    for of_others in (forgetful, expected := tally_of(story, cuts)):
        of_others.extra_kinds.clear()  # to whom a forgotten message belonged is forgotten, too
    assert forgetful == expected


@pytest.mark.parametrize("lost", [0, 7])
def test_after_any_number_of_messages_those_under_way_and_those_lost_are_kept(lost: int) -> None:
    tally = Flights(WINDOW, 1, 10 * MS)
    tally.join(ints([1]))
    for block in range(20):
        numbers = block * 10_000 + np.arange(10_000)
        due_ns = WINDOW.hold_ns + numbers * 1_000
        tally.expect(due_ns, np.zeros(10_000, np.int64))
        tally.note_sent(numbers, due_ns)
        came = numbers[lost:]
        tally.record(batch([]))
        tally.record(Batch(came * 0, came * 0 + 1, came, due_ns[lost:], due_ns[lost:] + MS))
        tally.retire(int(due_ns[-1]))
    assert tally._count < 20_000
    assert len(tally._overdue) <= 20 * lost
    assert tally.settle(ints([STILL_OPEN]), ints([STILL_OPEN])) == (200_000, 0, 20 * lost)


def test_a_late_reply_is_timed_from_its_sending_and_what_it_leaves_in_the_table_makes_room() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", 4)
        tally = Flights(WINDOW, 1, MS)
        tally.join(ints([1]))
        for number in range(0, 400, 4):
            numbers = number + np.arange(4)
            due_ns = WINDOW.hold_ns + numbers * MS
            tally.expect(due_ns, np.zeros(4, np.int64))
            tally.note_sent(numbers, due_ns + MS)
            tally.retire(int(due_ns[-1]) + 2 * MS)
            late = [(0, 1, one, at, at + 9 * MS) for one, at in zip(numbers[:3], due_ns, strict=False)]
            tally.record(batch(late))
            tally.record(batch(late))
    assert tally.settle(ints([STILL_OPEN]), ints([STILL_OPEN])) == (400, 0, 100)
    assert (tally.service.n, tally.service.min_ns, tally.service.max_ns) == (300, 8 * MS, 8 * MS)
    assert (tally.duplicated, tally.findings().extra) == (300, 0)
    assert len(tally._overdue) <= 300


def one_message(intended_ns: int = WINDOW.hold_ns) -> Flights:
    """Return the tally of a single connection that has sent one message."""
    tally = sent_tally(Story([intended_ns], [intended_ns + 2 * MS], [], []))
    tally.record(batch([(0, IDS[0], 0, intended_ns, intended_ns + 7 * MS)]))
    return tally


def test_response_time_counts_from_intended_and_service_time_from_sent() -> None:
    tally = one_message()
    assert (tally.response.max_ns, tally.service.max_ns) == (7 * MS, 5 * MS)


@pytest.mark.parametrize(
    ("intended_ns", "counted"),
    [
        (WINDOW.hold_ns - 1, 0),
        (WINDOW.hold_ns, 1),
        (WINDOW.drain_ns - 1, 1),
        (WINDOW.drain_ns, 0),
    ],
)
def test_a_reply_counts_when_its_message_was_intended_in_the_hold(intended_ns: int, counted: int) -> None:
    assert one_message(intended_ns).response.n == counted


@pytest.mark.parametrize("intended_ns", [WINDOW.start_ns, WINDOW.hold_ns])
def test_the_series_counts_the_warm_up_too(intended_ns: int) -> None:
    second = (intended_ns + 7 * MS - WINDOW.origin_ns) // S
    per_second = unpack(one_message(intended_ns).findings().received_per_second)
    assert per_second.tolist() == [0] * second + [1]


def test_lost_messages_are_counted_in_the_second_they_were_sent() -> None:
    sent = [WINDOW.hold_ns, WINDOW.hold_ns + S]
    tally = sent_tally(Story(sent, sent, [], []))
    tally.settle(OPEN, OPEN)
    assert unpack(tally.findings().lost_per_second).tolist() == [0, 0, 0, 1, 1]


def test_a_settlement_is_final_once_nothing_can_come_any_more() -> None:
    story = Story([WINDOW.hold_ns], [WINDOW.hold_ns], [], [])
    silent = sent_tally(story).settle(OPEN, OPEN)
    gone = sent_tally(story).settle(ints([WINDOW.drain_ns] * ROWS), OPEN)
    assert (silent.is_final, gone.is_final) == (False, True)


@pytest.mark.parametrize(
    ("publisher", "number", "kind"),
    [
        (5, 0, extras.NEVER_SENT),
        (5, 99, extras.NEVER_SENT),
        (6, 1, extras.OF_OTHERS),
        (7, 0, extras.OF_OTHERS),
        (0, 0, extras.OF_OTHERS),
        (9, 0, extras.NEVER_SENT),
        (5, 1, extras.NEVER_SENT),
    ],
)
def test_what_was_not_asked_for_here_is_of_another_connection_or_was_never_sent(
    publisher: int, number: int, kind: str
) -> None:
    tally = sent_tally(Story([WINDOW.hold_ns] * 3, [0, WINDOW.hold_ns, 0], [], []))
    tally.record(batch([(0, publisher, number, WINDOW.hold_ns, WINDOW.hold_ns)]))
    assert tally.findings().extra_kinds == {kind: 1}


@pytest.mark.parametrize("changed_ns", [0, WINDOW.hold_ns - MS, WINDOW.hold_ns + MS, 1 << 62])
@pytest.mark.parametrize("patience", [PATIENCE, 0], ids=["under way", "overdue"])
def test_a_mark_whose_moment_was_changed_is_no_reply_and_times_nothing(
    changed_ns: int, patience: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", 1)
    tally = Flights(WINDOW, LAST_ID, patience)
    tally.join(ints(IDS))
    tally.expect(ints([WINDOW.hold_ns]), ints([0]))
    tally.note_sent(ints([0]), ints([WINDOW.hold_ns]))
    came_ns = WINDOW.hold_ns + 2 * MS
    tally.retire(came_ns)
    tally.record(batch([(0, IDS[0], 0, changed_ns, came_ns)]))
    assert tally.settle(OPEN, OPEN) == (1, 0, 1)
    found = tally.findings()
    is_of_hold = changed_ns != WINDOW.hold_ns - MS  # as far as it can be, it is where it says
    assert (found.extra_kinds, tally.response.n) == ({extras.NEVER_SENT: 1} if is_of_hold else {}, 0)


def test_nothing_sent_and_nothing_received_owes_nothing() -> None:
    tally = Flights(WINDOW, LAST_ID, PATIENCE)
    tally.record(batch([]))
    assert tally.settle(ints([]), ints([])) == (0, 0, 0)
    assert tally.findings().response == Histogram().pack()


def test_a_message_that_waited_longer_than_the_patience_is_owed_once_it_is_sent() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", 1)
        tally = Flights(WINDOW, LAST_ID, PATIENCE)
        tally.join(ints(IDS))
        tally.expect(ints([WINDOW.hold_ns] * 2), ints([0, 1]))
        tally.retire(WINDOW.hold_ns + 2 * PATIENCE)
        tally.note_sent(ints([0, 1]), ints([WINDOW.hold_ns + S] * 2))
        tally.record(batch([(0, IDS[0], 0, WINDOW.hold_ns, WINDOW.hold_ns + 2 * S)]))
        assert tally.settle(OPEN, OPEN) == Settlement(2, 0, 1)
        assert tally.spoke_ns.tolist() == [WINDOW.hold_ns + S] * 2 + [0]


DUE = [WINDOW.hold_ns + number * 100 * MS for number in range(5)]


@pytest.mark.parametrize(
    ("replies", "left_ms", "owed", "lost"),
    [
        pytest.param([0, 1, 2, 3], 401, 4, 0, id="the last was on its way"),
        pytest.param([0, 1, 2, 4], 450, 5, 1, id="an earlier one was overtaken by its reply"),
        pytest.param([1, 3], 5_000, 5, 3, id="long after"),
    ],
)
def test_a_sender_that_leaves_may_miss_its_last_replies(
    replies: list[int], left_ms: int, owed: int, lost: int
) -> None:
    tally = Flights(WINDOW, LAST_ID, PATIENCE)
    tally.join(ints(IDS))
    tally.expect(ints(DUE), ints([0] * 5))
    tally.note_sent(ints(range(5)), ints(DUE) + MS)
    tally.record(batch([(0, IDS[0], number, DUE[number], DUE[number] + 10 * MS) for number in replies]))
    left = ints([WINDOW.hold_ns + left_ms * MS, STILL_OPEN, STILL_OPEN])
    found = tally.settle(OPEN, left)
    assert (found.owed, found.lost_silent) == (owed, lost)


def unmarked(tally: Flights) -> int:
    """Return how many unmarked arrivals the tally counts."""
    return tally.findings().unmarked


@pytest.mark.parametrize(
    ("received_ns", "counted"),
    [(ENDING.hold_ns - 1, 0), (ENDING.hold_ns, 1), (ENDING.end_ns, 1), (ENDING.end_ns + 1, 0)],
)
def test_what_has_no_mark_counts_if_it_came_in_hold_or_drain(received_ns: int, counted: int) -> None:
    tally = Flights(ENDING, LAST_ID, PATIENCE)
    tally.note_unmarked(ints([received_ns]))
    assert unmarked(tally) == counted


def test_unmarked_arrivals_count_by_the_window_that_a_cut_moved_after_they_came() -> None:
    tally = Flights(ENDING, LAST_ID, PATIENCE)
    tally.note_unmarked(ints([ENDING.start_ns + S // 4, ENDING.start_ns + S // 2]))
    tally.note_unmarked(ints([ENDING.start_ns + 2 * S, ENDING.end_ns]))
    border_ns = ENDING.start_ns + S // 2
    tally.window = Window(ENDING.origin_ns, ENDING.start_ns, border_ns, border_ns, ENDING.start_ns + 2 * S)
    assert unmarked(tally) == 2


def test_of_any_number_of_unmarked_arrivals_each_counts_once_in_bounded_memory() -> None:
    tally = Flights(ENDING, LAST_ID, PATIENCE)
    for first_ns in range(ENDING.hold_ns - 20_000, ENDING.hold_ns + 80_000, 20_000):
        tally.note_unmarked(first_ns + np.arange(20_000))
    assert unmarked(tally) == 80_000
    assert len(tally._unmarked_ns) < 20_000


def test_what_is_never_sent_after_all_makes_room_among_what_is_overdue() -> None:
    overdue = Overdue()
    for first in range(0, 1_000, 10):
        numbers = first + np.arange(10)
        overdue.add(np.stack((numbers, 0 * numbers, 0 * numbers, numbers)))
        overdue.note_sent(numbers[:9], np.full(9, NEVER_WILL_BE))
    assert len(overdue) <= 300
    assert overdue.find(ints([9, 999, 5_000]))[1].tolist() == [True, True, False]
