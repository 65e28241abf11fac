"""Deliveries: what every broadcast owed to whom, against a tally of plain Python."""

from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.made import WINDOW, Arrival, S, batch, histogram, ints, split
from wswarm.stats import deliveries as module
from wswarm.stats import extras
from wswarm.stats.bins import Bins
from wswarm.stats.deliveries import FanoutTally
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Arrivals, Window, unpack
from wswarm.stats.summary import merged
from wswarm.stats.tally import Batch, Leavers

LAW = settings(max_examples=40, deadline=None, derandomize=True)
PUBLISHERS, ROWS, WARMUP, BROADCASTS = 2, 3, 3, 11
MS = S // 1000
LOSSES = ("owed", "received", "disconnected", "silent", "duplicated", "reordered", "extra")
Table = tuple[list[int], list[int], list[int], list[int]]


def intended(broadcast: int) -> int:
    """Return when a broadcast is due: the first three in the warm-up."""
    if broadcast < WARMUP:
        return WINDOW.start_ns + broadcast * 300 * MS
    return WINDOW.hold_ns + (broadcast - WARMUP) * 300 * MS


@dataclass(frozen=True)
class Story:
    """What happened."""

    sent_ns: list[int]
    opened_ns: list[int]
    closed_ns: list[int]
    arrivals: list[Arrival]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw broadcasts sent or not, subscribers that come and go, deliveries of any, and strangers."""
    moments = st.integers(WINDOW.start_ns, WINDOW.drain_ns)
    sent = [intended(one) + MS if draw(st.integers(0, 4)) else 0 for one in range(BROADCASTS)]
    opened = [draw(st.one_of(st.just(WINDOW.origin_ns), moments)) for _ in range(ROWS)]
    closed = [draw(st.one_of(st.just(STILL_OPEN), moments)) for _ in range(ROWS)]
    arrivals: list[Arrival] = []
    for _ in range(draw(st.integers(0, 50))):
        row, broadcast = draw(st.integers(0, ROWS - 1)), draw(st.integers(0, BROADCASTS))
        sequence, publisher = divmod(broadcast, PUBLISHERS)
        publisher = draw(st.sampled_from([publisher] * 4 + [PUBLISHERS]))
        delay = draw(st.integers(0, S))
        arrivals.append((row, publisher, sequence, intended(broadcast), intended(broadcast) + delay))
    return Story(sent, opened, closed, arrivals)


def tally_of(story: Story, cuts: list[int], *, settle_often: bool = False) -> Arrivals:
    """Return what the tally says when the arrivals come in batches."""
    tally = FanoutTally(WINDOW, ROWS, PUBLISHERS, BROADCASTS, WARMUP)
    final = (ints(story.sent_ns), ints(story.opened_ns), ints(story.closed_ns))
    for part in split(story.arrivals, cuts):
        tally.record(part)
        if settle_often:
            tally.settle(*final)
    tally.settle(*final)
    return tally.findings()


class Plain:
    """The same, one arrival at a time."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.counts: Counter[str] = Counter()
        self.seen: set[tuple[int, int]] = set()
        self.delays: dict[int, list[int]] = {}
        highest: dict[tuple[int, int], int] = {}
        for row, publisher, sequence, due_ns, received_ns in story.arrivals:
            broadcast, pair = sequence * PUBLISHERS + publisher, (row, publisher)
            in_hold = due_ns >= WINDOW.hold_ns
            if publisher >= PUBLISHERS or broadcast >= BROADCASTS:
                self.counts["extra"] += in_hold
                continue
            if (row, broadcast) in self.seen:
                self.counts["duplicated"] += in_hold
            elif in_hold:
                self.counts["reordered"] += sequence < highest.get(pair, -1)
                self.delays.setdefault(broadcast, []).append(received_ns - due_ns)
            self.seen.add((row, broadcast))
            highest[pair] = max(sequence, highest.get(pair, -1))
        self._settle()

    def _settle(self) -> None:
        self.owed, self.received = Counter[int](), Counter[int]()
        for broadcast in range(WARMUP, BROADCASTS):
            sent_ns = self.story.sent_ns[broadcast]
            for row in range(ROWS):
                opened_ns, closed_ns = self.story.opened_ns[row], self.story.closed_ns[row]
                has = (row, broadcast) in self.seen
                if not (sent_ns and opened_ns <= sent_ns < closed_ns):
                    self.counts["extra"] += has
                    continue
                self.owed[broadcast] += 1
                self.received[broadcast] += has
                lost = "silent" if closed_ns == STILL_OPEN else "disconnected"
                self.counts["received" if has else lost] += 1
                self.counts["owed"] += 1

    def table(self) -> Table:
        """Return per broadcast owed, received, first and last."""
        every = range(BROADCASTS)
        return (
            [self.owed[one] for one in every],
            [self.received[one] for one in every],
            [min(self.delays.get(one, [UNKNOWN])) for one in every],
            [max(self.delays.get(one, [UNKNOWN])) for one in every],
        )


@LAW
@given(stories(), st.lists(st.integers(0, 50), max_size=4))
def test_any_deliveries_in_any_batches_are_counted_as_plain_python_counts_them(
    story: Story, cuts: list[int]
) -> None:
    found = tally_of(story, cuts)
    fates = (found.owed, found.received, found.lost_disconnected, found.lost_silent)
    counts = (*fates, found.duplicated, found.reordered, found.extra)
    plain = Plain(story)
    assert dict(zip(LOSSES, counts, strict=True)) == {name: plain.counts[name] for name in LOSSES}


@LAW
@given(stories(), st.lists(st.integers(0, 50), max_size=4))
def test_every_broadcast_has_its_own_account(story: Story, cuts: list[int]) -> None:
    found = tally_of(story, cuts)
    assert unpack(found.broadcasts).reshape(4, -1).tolist() == list(Plain(story).table())


@LAW
@given(stories())
def test_delivery_times_are_those_of_the_first_copies_of_the_hold(story: Story) -> None:
    delays = [delay for one in Plain(story).delays.values() for delay in one]
    assert tally_of(story, []).response == histogram(delays).pack()


@LAW
@given(stories())
def test_everything_owed_is_received_or_lost(story: Story) -> None:
    found = tally_of(story, [])
    assert found.owed == found.received + found.lost_disconnected + found.lost_silent


@LAW
@given(stories(), st.lists(st.integers(0, 50), max_size=4))
def test_settling_while_deliveries_arrive_changes_nothing(story: Story, cuts: list[int]) -> None:
    assert tally_of(story, cuts, settle_often=True) == tally_of(story, cuts)


@LAW
@given(st.sampled_from([1, ROWS, ROWS + 1, 2 * ROWS, 5 * ROWS, 100]), stories())
def test_settling_in_parts_of_any_size_is_settling_at_once(cells: int, story: Story) -> None:
    at_once = tally_of(story, [])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_SETTLE_CELLS", cells)
        assert tally_of(story, []) == at_once


def settled(opened_ns: int, closed_ns: int, sent_ns: int, *, is_received: bool = False) -> Arrivals:
    """Return the findings of one subscriber and one broadcast."""
    tally = FanoutTally(WINDOW, rows=1, publishers=1, broadcasts=1, warmup=0)
    if is_received:
        tally.record(batch([(0, 0, 0, WINDOW.hold_ns, WINDOW.hold_ns + MS)]))
    tally.settle(ints([sent_ns]), ints([opened_ns]), ints([closed_ns]))
    return tally.findings()


SENT = WINDOW.hold_ns + MS


@pytest.mark.parametrize(
    ("opened_ns", "closed_ns", "owed"),
    [
        (SENT - 1, STILL_OPEN, 1),
        (SENT, STILL_OPEN, 1),
        (SENT + 1, STILL_OPEN, 0),
        (STILL_OPEN, STILL_OPEN, 0),
        (SENT - 2, SENT - 1, 0),
        (SENT - 2, SENT, 0),
        (SENT - 2, SENT + 1, 1),
    ],
)
def test_a_broadcast_is_owed_to_who_was_open_when_it_was_sent(
    opened_ns: int, closed_ns: int, owed: int
) -> None:
    assert settled(opened_ns, closed_ns, SENT).owed == owed


def test_a_broadcast_that_was_never_sent_is_owed_to_nobody() -> None:
    assert settled(0, STILL_OPEN, 0).owed == 0


@pytest.mark.parametrize(
    ("opened_ns", "closed_ns", "sent_ns", "kind"),
    [
        (SENT + 1, STILL_OPEN, SENT, extras.EARLY),
        (0, SENT, SENT, extras.LATE),
        (0, STILL_OPEN, 0, extras.NEVER_SENT),
    ],
)
def test_a_delivery_to_who_was_not_owed_it_is_extra(
    opened_ns: int, closed_ns: int, sent_ns: int, kind: str
) -> None:
    found = settled(opened_ns, closed_ns, sent_ns, is_received=True)
    assert (found.extra, found.extra_kinds, found.received, found.owed) == (1, {kind: 1}, 0, 0)


@pytest.mark.parametrize(("closed_ns", "fate"), [(STILL_OPEN, (0, 1)), (SENT + 1, (1, 0))])
def test_what_a_lost_connection_missed_is_disconnected_and_the_rest_silent(
    closed_ns: int, fate: tuple[int, int]
) -> None:
    found = settled(0, closed_ns, SENT)
    assert (found.lost_disconnected, found.lost_silent) == fate


def test_what_was_received_before_the_connection_was_lost_is_received() -> None:
    assert settled(0, SENT + 1, SENT, is_received=True).received == 1


def test_lost_deliveries_are_counted_in_the_second_of_their_broadcast() -> None:
    tally = FanoutTally(WINDOW, rows=2, publishers=1, broadcasts=2, warmup=0)
    tally.settle(ints([WINDOW.hold_ns, WINDOW.hold_ns + S]), ints([0, 0]), ints([STILL_OPEN] * 2))
    assert unpack(tally.findings().lost_per_second).tolist() == [0, 0, 0, 2, 2]


@LAW
@given(stories(), st.lists(st.integers(0, 50), max_size=5))
def test_a_tally_that_grows_with_what_comes_says_the_same(story: Story, cuts: list[int]) -> None:
    tally = FanoutTally(WINDOW, 0, PUBLISHERS, 0, 0)
    for part in split(story.arrivals, cuts):
        rows, last = int(part.rows.max(initial=-1)) + 1, int(part.sequences.max(initial=-1)) + 1
        tally.reserve(rows, min(last * PUBLISHERS, BROADCASTS))
        tally.record(part)
    tally.reserve(ROWS, BROADCASTS)
    tally.truncate(BROADCASTS, WARMUP)
    tally.settle(ints(story.sent_ns), ints(story.opened_ns), ints(story.closed_ns))
    known = {arrival[2] * PUBLISHERS + arrival[1] for arrival in story.arrivals if arrival[1] < PUBLISHERS}
    if (
        max(known, default=0) < BROADCASTS
    ):  # what nobody could have sent is extra in both, but counted at once
        assert tally.findings() == tally_of(story, cuts)


def test_broadcasts_beyond_the_end_are_forgotten_with_their_times() -> None:
    tally = FanoutTally(WINDOW, rows=1, publishers=1, broadcasts=3, warmup=0)
    intended_ns = WINDOW.hold_ns + ints([0, S, 2 * S])
    tally.record(Batch(ints([0] * 3), ints([0] * 3), ints([0, 1, 2]), intended_ns, intended_ns + S))
    tally.truncate(2, 0)
    tally.settle(intended_ns[:2], ints([0]), ints([STILL_OPEN]))
    found = Bins()
    found.merge(tally.findings().by_broadcast)
    assert [key for key, *_ in found.quantiles_ns(50.0)] == [0, 1]


def test_a_tally_of_no_subscriber_and_no_broadcast_owes_nothing() -> None:
    tally = FanoutTally(WINDOW, 0, 1, 0, 0)
    assert tally.settle(ints([]), ints([]), ints([]), Leavers(ints([]), S)) == (0,) * 6
    tally.reserve(0, 2)
    assert tally.settle(ints([1, 2]), ints([]), ints([])) == (0,) * 6


SENT_NS = [WINDOW.hold_ns + number * 100 * MS for number in range(10)]


@pytest.mark.parametrize(
    ("received", "left_ms", "patience_ms", "owed", "silent"),
    [
        pytest.param(range(5), 450, 200, 5, 0, id="nothing is owed from leaving on"),
        pytest.param(range(4), 450, 200, 4, 0, id="what was on its way is neither owed nor lost"),
        pytest.param(range(2), 450, 200, 3, 1, id="what was sent long before is lost"),
        pytest.param([0, 1, 2, 4], 450, 200, 5, 1, id="what a later one overtook is lost"),
        pytest.param([], 450, 5_000, 0, 0, id="somebody who never got anything was too quick"),
    ],
)
def test_a_subscriber_that_leaves(
    received: list[int], left_ms: int, patience_ms: int, owed: int, silent: int
) -> None:
    tally = FanoutTally(WINDOW, 1, 1, 10, 0)
    tally.record(batch([(0, 0, number, SENT_NS[number], SENT_NS[number] + MS) for number in received]))
    leavers = Leavers(ints([WINDOW.hold_ns + left_ms * MS]), patience_ms * MS)
    found = tally.settle(ints(SENT_NS), ints([WINDOW.origin_ns]), ints([STILL_OPEN]), leavers)
    assert found == (owed, 0, silent, 0, 0, 0)


def test_a_new_hold_forgets_the_figures_but_not_who_received_what() -> None:
    tally = FanoutTally(WINDOW, 1, 1, 4, 0)
    tally.record(batch([(0, 0, number, SENT_NS[number], SENT_NS[number] + MS) for number in range(3)]))
    tally.begin_hold(later(WINDOW, SENT_NS[2]))
    tally.record(batch([(0, 0, 1, SENT_NS[1], SENT_NS[1] + 5 * MS), (0, 0, 3, SENT_NS[3], SENT_NS[3] + MS)]))
    tally.record(batch([(0, 0, 2, SENT_NS[2], SENT_NS[2] + 5 * MS)]))
    found = tally.findings()
    assert merged([found.response]).n == 1
    assert (found.duplicated, found.reordered) == (1, 0)


def later(window: Window, hold_ns: int) -> Window:
    """Return the window with a hold that begins later."""
    return Window(window.origin_ns, window.start_ns, hold_ns, window.drain_ns, window.end_ns)
