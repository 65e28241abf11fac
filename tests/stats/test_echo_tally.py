"""Replies: what is owed, received and lost, against a tally of plain Python."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.made import WINDOW, Arrival, S, batch, histogram, ints, split
from wswarm.stats import extras
from wswarm.stats.findings import STILL_OPEN, Arrivals, Window, unpack
from wswarm.stats.histogram import Histogram
from wswarm.stats.tally import EchoTally

LAW = settings(max_examples=50, deadline=None, derandomize=True)
POSITIONS = (4, -1, 7)
ROWS = len(POSITIONS)
SENDERS = 8
MS = S // 1000
ENDING = Window(WINDOW.origin_ns, WINDOW.start_ns, WINDOW.hold_ns, WINDOW.drain_ns, WINDOW.drain_ns + S)


@dataclass(frozen=True)
class Story:
    """What happened: per cell when it was due and sent, what arrived, and which connections were lost."""

    intended_ns: list[int]
    sent_ns: list[int]
    closed_ns: list[int]
    arrivals: list[Arrival]

    def is_hold(self) -> list[bool]:
        """Return per cell whether it belongs to the hold."""
        return [WINDOW.hold_ns <= moment < WINDOW.drain_ns for moment in self.intended_ns]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw sends of three rows from warm-up to drain, replies to any of them, and strangers among them."""
    cells = ROWS * draw(st.integers(1, 6))
    intended = [WINDOW.start_ns + (cell // ROWS) * (S * 4 // 5) + cell % ROWS * MS for cell in range(cells)]
    is_sent = draw(st.lists(st.booleans(), min_size=cells, max_size=cells))
    sent = [
        moment + MS if chosen and POSITIONS[cell % ROWS] >= 0 else 0
        for cell, (moment, chosen) in enumerate(zip(intended, is_sent, strict=True))
    ]
    closed = draw(st.lists(st.sampled_from([STILL_OPEN, WINDOW.drain_ns - 1]), min_size=ROWS, max_size=ROWS))
    arrivals: list[Arrival] = []
    for cell in draw(st.lists(st.integers(0, cells - 1), max_size=40)):
        sequence, row = divmod(cell, ROWS)
        publisher = draw(st.sampled_from([POSITIONS[row], POSITIONS[row], POSITIONS[row], 0, 999]))
        late = draw(st.sampled_from([0, 0, 0, 50]))
        received = intended[cell] + draw(st.integers(MS, S))
        arrivals.append((row, max(publisher, 0), sequence + late, intended[cell], received))
    return Story(intended, sent, closed, arrivals)


def tally_of(story: Story, cuts: list[int], *, settle_often: bool = False) -> Arrivals:
    """Return what the tally says when the arrivals come in batches."""
    tally = EchoTally(WINDOW, ints(POSITIONS), SENDERS)
    final = (ints(story.sent_ns), np.array(story.is_hold()), ints(story.closed_ns))
    for part in split(story.arrivals, cuts):
        tally.record(part, ints(story.sent_ns))
        if settle_often:
            tally.settle(*final)
    tally.settle(*final)
    return tally.arrivals()


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
        for row, publisher, sequence, intended, received in self.story.arrivals:
            in_hold = WINDOW.hold_ns <= intended < WINDOW.drain_ns
            cell = sequence * ROWS + row
            is_mine = publisher == POSITIONS[row] and cell < len(self.story.sent_ns)
            if not (is_mine and self.story.sent_ns[cell]):
                self.counts["extra"] += in_hold
                continue
            if cell in self.seen:
                self.counts["duplicated"] += in_hold
            elif in_hold:
                self.counts["reordered"] += sequence < highest.get(row, -1)
                self.response.append(received - intended)
                self.service.append(received - self.story.sent_ns[cell])
            self.seen.add(cell)
            highest[row] = max(sequence, highest.get(row, -1))
        for cell, (sent, is_hold) in enumerate(zip(self.story.sent_ns, self.story.is_hold(), strict=True)):
            if sent and is_hold:
                closed = self.story.closed_ns[cell % ROWS] != STILL_OPEN
                fate = "received" if cell in self.seen else "disconnected" if closed else "silent"
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


def one_message(intended_ns: int = WINDOW.hold_ns) -> EchoTally:
    """Return the tally of a single connection that has sent one message."""
    tally = EchoTally(WINDOW, ints([0]), 1)
    tally.record(batch([(0, 0, 0, intended_ns, intended_ns + 7 * MS)]), ints([intended_ns + 2 * MS]))
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
    per_second = unpack(one_message(intended_ns).arrivals().received_per_second)
    assert per_second.tolist() == [0] * second + [1]


def test_lost_messages_are_counted_in_the_second_they_were_sent() -> None:
    tally = EchoTally(WINDOW, ints([0]), 1)
    tally.settle(ints([WINDOW.hold_ns, WINDOW.hold_ns + S]), np.array([True, True]), ints([STILL_OPEN]))
    assert unpack(tally.arrivals().lost_per_second).tolist() == [0, 0, 0, 1, 1]


def test_a_settlement_is_final_once_nothing_can_come_any_more() -> None:
    sent, is_hold = ints([WINDOW.hold_ns]), np.array([True])
    silent = EchoTally(WINDOW, ints([0]), 1).settle(sent, is_hold, ints([STILL_OPEN]))
    gone = EchoTally(WINDOW, ints([0]), 1).settle(sent, is_hold, ints([WINDOW.drain_ns]))
    assert (silent.is_final, gone.is_final) == (False, True)


def test_a_reply_to_a_message_that_was_never_sent_is_extra() -> None:
    tally = EchoTally(WINDOW, ints([0]), 1)
    tally.record(batch([(0, 0, 0, WINDOW.hold_ns, WINDOW.hold_ns)]), ints([0]))
    found = tally.arrivals()
    assert (found.extra, found.extra_kinds, found.received) == (1, {extras.NEVER_SENT: 1}, 0)


@pytest.mark.parametrize(
    ("publisher", "kind"),
    [(4, extras.NEVER_SENT), (7, extras.OF_OTHERS), (0, extras.OF_OTHERS), (8, extras.NEVER_SENT)],
)
def test_what_was_not_asked_for_here_is_of_another_connection_or_was_never_sent(
    publisher: int, kind: str
) -> None:
    tally = EchoTally(WINDOW, ints(POSITIONS), SENDERS)
    tally.record(batch([(0, publisher, 1, WINDOW.hold_ns, WINDOW.hold_ns)]), ints([1] * ROWS))
    assert tally.arrivals().extra_kinds == {kind: 1}


def test_nothing_sent_and_nothing_received_owes_nothing() -> None:
    tally = EchoTally(WINDOW, ints([0, 1]), 2)
    tally.record(batch([]), ints([]))
    assert tally.settle(ints([]), np.zeros(0, np.bool_), ints([STILL_OPEN] * 2)) == (0,) * 6
    assert tally.arrivals().response == Histogram().pack()


def unmarked(tally: EchoTally) -> int:
    """Return how many unmarked arrivals the tally counts."""
    return tally.arrivals().unmarked


@pytest.mark.parametrize(
    ("received_ns", "counted"),
    [(ENDING.hold_ns - 1, 0), (ENDING.hold_ns, 1), (ENDING.end_ns, 1), (ENDING.end_ns + 1, 0)],
)
def test_what_has_no_mark_counts_if_it_came_in_hold_or_drain(received_ns: int, counted: int) -> None:
    tally = EchoTally(ENDING, ints(POSITIONS), SENDERS)
    tally.note_unmarked(ints([received_ns]))
    assert unmarked(tally) == counted


def test_unmarked_arrivals_count_by_the_window_that_a_cut_moved_after_they_came() -> None:
    tally = EchoTally(ENDING, ints(POSITIONS), SENDERS)
    tally.note_unmarked(ints([ENDING.start_ns + S // 4, ENDING.start_ns + S // 2]))
    tally.note_unmarked(ints([ENDING.start_ns + 2 * S, ENDING.end_ns]))
    border_ns = ENDING.start_ns + S // 2
    tally.window = Window(ENDING.origin_ns, ENDING.start_ns, border_ns, border_ns, ENDING.start_ns + 2 * S)
    assert unmarked(tally) == 2


def test_of_any_number_of_unmarked_arrivals_each_counts_once_in_bounded_memory() -> None:
    tally = EchoTally(ENDING, ints(POSITIONS), SENDERS)
    for first_ns in range(ENDING.hold_ns - 20_000, ENDING.hold_ns + 80_000, 20_000):
        tally.note_unmarked(first_ns + np.arange(20_000))
    assert unmarked(tally) == 80_000
    assert len(tally._unmarked_ns) < 20_000
