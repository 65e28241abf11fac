"""Deliveries: what every broadcast owed to whom, against a tally of plain Python."""

from collections import Counter
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.stats.made import WINDOW, Arrival, S, batch, histogram, ints, split
from wswarm.stats import broadcasts as module
from wswarm.stats import extras
from wswarm.stats.audience import Audience
from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Arrivals, Window, unpack
from wswarm.stats.published import Published
from wswarm.stats.reach import put_together
from wswarm.stats.summary import merged
from wswarm.stats.tally import Batch

LAW = settings(max_examples=40, deadline=None, derandomize=True, phases=[Phase.generate])
PUBLISHERS, ROWS, WARMUP, BROADCASTS = (11, 17), 3, 3, 11
MS = S // 1000
PATIENCE = 5 * S
LONG_AGO = WINDOW.origin_ns - 5 * S
LOSSES = ("owed", "received", "disconnected", "silent", "duplicated", "reordered", "extra")


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

    def log(self) -> Published:
        """Return what the publishers say."""
        sent = [number for number, sent_ns in enumerate(self.sent_ns) if sent_ns]
        moments = [intended(number) for number in sent], [self.sent_ns[number] for number in sent]
        return Published(ints(sent), *map(ints, moments))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw broadcasts sent or not, subscribers that come and go, deliveries of any, and strangers."""
    chance = Random(draw(st.integers(0, 1 << 32)))

    def moment() -> int:
        return chance.randint(WINDOW.start_ns, WINDOW.drain_ns)

    sent = [intended(one) + MS if chance.random() < 0.8 else 0 for one in range(BROADCASTS)]
    opened = [chance.choice([LONG_AGO, moment()]) for _ in range(ROWS)]
    closed = [chance.choice([STILL_OPEN, moment()]) for _ in range(ROWS)]
    arrivals: list[Arrival] = []
    for _ in range(chance.randint(0, 50)):
        number = chance.randint(0, BROADCASTS + 3)
        publisher = chance.choice([PUBLISHERS[number % 2]] * 6 + [1, 99])
        received_ns = intended(number) + chance.randint(MS, S)
        arrivals.append((chance.randint(0, ROWS - 1), publisher, number, intended(number), received_ns))
    return Story(sent, opened, closed, arrivals)


def tally_of(
    story: Story, cuts: list[int], *, told_first: bool = True, settle_often: bool = False
) -> Arrivals:
    """Return what the tally says when the arrivals come in batches."""
    tally = Broadcasts(WINDOW, PUBLISHERS, PATIENCE)
    subscribers = ints(story.opened_ns), ints(story.closed_ns), ints([STILL_OPEN] * ROWS)
    tally.see(*(column[:1] for column in subscribers))
    tally.see(*subscribers)
    if told_first:
        tally.publish(story.log())
    for part in split(story.arrivals, cuts):
        tally.record(part)
        if settle_often:
            tally.settle_some(0)
            tally.is_owed()
    if not told_first:
        tally.publish(story.log())
    while tally.settle_some(0, is_over=True):
        pass
    return tally.findings()


class Plain:
    """The same, one arrival at a time."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.counts: Counter[str] = Counter()
        self.seen: set[tuple[int, int]] = set()
        self.delays: dict[int, dict[int, int]] = {}
        self.since = [STILL_OPEN] * ROWS
        highest: dict[tuple[int, int], int] = {}
        for row, publisher, number, due_ns, received_ns in story.arrivals:
            in_hold = WINDOW.hold_ns <= due_ns < WINDOW.drain_ns
            if publisher not in PUBLISHERS:
                self.counts["extra"] += in_hold
                continue
            if (row, number) in self.seen:
                self.counts["duplicated"] += in_hold
            elif in_hold:
                self.counts["reordered"] += number < highest.get((row, publisher), -1)
                self.delays.setdefault(number, {})[row] = received_ns - due_ns
            self.seen.add((row, number))
            if due_ns >= story.opened_ns[row]:
                self.since[row] = min(self.since[row], due_ns)
            highest[row, publisher] = max(number, highest.get((row, publisher), -1))
        self._settle()

    def _settle(self) -> None:
        self.owed: dict[int, set[int]] = {}
        for number in range(WARMUP, BROADCASTS + 4):
            sent_ns = self.story.sent_ns[number] if number < BROADCASTS else 0
            for row in range(ROWS):
                opened_ns, closed_ns = self.story.opened_ns[row], self.story.closed_ns[row]
                has = (row, number) in self.seen
                is_joined = has or self.since[row] <= intended(number) or opened_ns + 2 * S <= sent_ns
                if not (sent_ns and opened_ns <= sent_ns < closed_ns and is_joined):
                    self.counts["extra"] += has and intended(number) < WINDOW.drain_ns
                    continue
                self.owed.setdefault(number, set()).add(row)
                lost = "silent" if closed_ns == STILL_OPEN else "disconnected"
                self.counts["received" if has else lost] += 1
                self.counts["owed"] += 1

    def table(self) -> list[tuple[int, ...]]:
        """Return number, owed, received, first and last of each broadcast that was sent."""
        rows = []
        for number in range(WARMUP, BROADCASTS):
            owed = self.owed.get(number, set())
            delays = [delay for row, delay in self.delays.get(number, {}).items() if row in owed]
            if self.story.sent_ns[number]:
                ends = (min(delays), max(delays)) if delays else (UNKNOWN, UNKNOWN)
                rows.append((number, len(owed), len(delays), *ends))
        return rows


def counts_of(found: Arrivals) -> dict[str, int]:
    """Return the counts by name."""
    fates = (found.owed, found.received, found.lost_disconnected, found.lost_silent)
    return dict(zip(LOSSES, (*fates, found.duplicated, found.reordered, found.extra), strict=True))


@LAW
@given(stories(), st.lists(st.integers(0, 50), max_size=4), st.booleans())
def test_any_deliveries_in_any_batches_are_counted_as_plain_python_counts_them(
    story: Story, cuts: list[int], told_first: bool
) -> None:
    plain = Plain(story)
    assert counts_of(tally_of(story, cuts, told_first=told_first)) == {
        name: plain.counts[name] for name in LOSSES
    }


@LAW
@given(stories(), st.lists(st.integers(0, 50), max_size=4))
def test_every_broadcast_has_its_own_account(story: Story, cuts: list[int]) -> None:
    found = put_together([tally_of(story, cuts).broadcasts])
    columns = found.numbers, found.owed, found.received, found.first_ns, found.last_ns
    of_hold = [row for row in zip(*(column.tolist() for column in columns), strict=True) if row[0] >= WARMUP]
    assert of_hold == Plain(story).table()


@LAW
@given(stories())
def test_delivery_times_are_those_of_the_first_copies_of_the_hold(story: Story) -> None:
    delays = [delay for one in Plain(story).delays.values() for delay in one.values()]
    assert tally_of(story, []).response == histogram(delays).pack()


@LAW
@given(stories())
def test_everything_owed_is_received_or_lost(story: Story) -> None:
    found = tally_of(story, [])
    assert found.owed == found.received + found.lost_disconnected + found.lost_silent


@LAW
@given(stories(), st.lists(st.integers(0, 50), max_size=4))
def test_settling_what_is_complete_while_deliveries_arrive_changes_nothing(
    story: Story, cuts: list[int]
) -> None:
    story = replace(
        story, closed_ns=[STILL_OPEN] * ROWS
    )  # after it has closed nothing arrives on a connection
    often, once = tally_of(story, cuts, settle_often=True), tally_of(story, cuts)
    assert counts_of(often) == counts_of(once)
    assert often.response == once.response
    for column, expected in zip(*(put_together([one.broadcasts]) for one in (often, once)), strict=True):
        assert column.tolist() == expected.tolist()


@LAW
@given(st.sampled_from([1, ROWS, ROWS + 1, 2 * ROWS, 5 * ROWS, 100]), stories())
def test_settling_in_parts_of_any_size_is_settling_at_once(cells: int, story: Story) -> None:
    at_once = tally_of(story, [])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CELLS_AT_ONCE", cells)
        assert counts_of(tally_of(story, [])) == counts_of(at_once)


def settled(
    opened_ns: int,
    closed_ns: int,
    sent_ns: int,
    *,
    is_received: bool = False,
    audience: Audience | None = None,
) -> Arrivals:
    """Return the findings of one subscriber and one broadcast."""
    tally = Broadcasts(WINDOW, [9], PATIENCE, audience)
    tally.see(ints([opened_ns]), ints([closed_ns]), ints([STILL_OPEN]))
    if is_received:
        tally.record(batch([(0, 9, 0, WINDOW.hold_ns, WINDOW.hold_ns + MS)]))
    if sent_ns:
        tally.publish(Published(ints([0]), ints([WINDOW.hold_ns]), ints([sent_ns])))
    tally.settle_some(0, is_over=True)
    return tally.findings()


SENT = WINDOW.hold_ns + MS


@pytest.mark.parametrize(("opened_ns", "owed"), [(SENT, 1), (SENT + 1, 0), (STILL_OPEN, 0)])
def test_a_broadcast_is_owed_to_whom_the_server_has_confirmed_when_it_was_sent(
    opened_ns: int, owed: int
) -> None:
    found = settled(opened_ns, STILL_OPEN, SENT, audience=Audience(PATIENCE, 1, 0))
    assert found.owed == owed


@pytest.mark.parametrize(
    ("opened_ns", "closed_ns", "owed"),
    [
        (SENT - 2 * S, STILL_OPEN, 1),
        (SENT - 2 * S + 1, STILL_OPEN, 0),
        (SENT, STILL_OPEN, 0),
        (SENT + 1, STILL_OPEN, 0),
        (STILL_OPEN, STILL_OPEN, 0),
        (LONG_AGO, SENT - 1, 0),
        (LONG_AGO, SENT, 0),
        (LONG_AGO, SENT + 1, 1),
    ],
)
def test_a_broadcast_is_owed_to_who_had_been_open_for_2_s_when_it_was_sent(
    opened_ns: int, closed_ns: int, owed: int
) -> None:
    assert settled(opened_ns, closed_ns, SENT).owed == owed


@pytest.mark.parametrize(
    ("opened_ns", "owed"), [(SENT - 2 * S + 1, 1), (SENT - 1, 1), (SENT, 1), (SENT + 1, 0)]
)
def test_what_was_received_was_owed_however_short_before_the_subscriber_opened(
    opened_ns: int, owed: int
) -> None:
    found = settled(opened_ns, STILL_OPEN, SENT, is_received=True)
    assert (found.owed, found.received, found.extra) == (owed, owed, 1 - owed)


def test_a_broadcast_that_was_never_sent_is_owed_to_nobody() -> None:
    assert settled(LONG_AGO, STILL_OPEN, 0).owed == 0


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


SENT_NS = [WINDOW.hold_ns + number * 100 * MS for number in range(10)]


def crowd(
    received: list[tuple[int, int]],
    *,
    opened_ns: int = LONG_AGO,
    left_ns: int = STILL_OPEN,
    rows: int = 1,
    patience_ns: int = PATIENCE,
) -> Broadcasts:
    """Return a tally of ten broadcasts, 100 ms apart, of which these (row, number) arrived after 1 ms."""
    tally = Broadcasts(WINDOW, [9], patience_ns)
    tally.see(ints([opened_ns] * rows), ints([STILL_OPEN] * rows), ints([left_ns] * rows))
    tally.publish(Published(ints(range(10)), ints(SENT_NS), ints(SENT_NS)))
    tally.record(batch([(row, 9, number, SENT_NS[number], SENT_NS[number] + MS) for row, number in received]))
    return tally


def end(tally: Broadcasts) -> tuple[int, int, int]:
    """Settle all; return what is owed, disconnected, silent."""
    while tally.settle_some(0, is_over=True):
        pass
    tally.findings()
    return tally.settlement


def test_lost_deliveries_are_counted_in_the_second_of_their_broadcast() -> None:
    tally = crowd([(0, number) for number in range(10) if number != 4], rows=2)
    end(tally)
    assert unpack(tally.findings().lost_per_second).tolist() == [0, 0, 0, 11]


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
    left_ns = WINDOW.hold_ns + left_ms * MS
    tally = crowd([(0, number) for number in received], left_ns=left_ns, patience_ns=patience_ms * MS)
    assert end(tally) == (owed, 0, silent)


@pytest.mark.parametrize(
    ("received", "opened_ms", "owed", "silent"),
    [
        pytest.param([3, 4, 6], -50, 7, 4, id="what follows the first delivery is owed"),
        pytest.param([], -50, 0, 0, id="who has not been open for 2 s may not be in the room yet"),
        pytest.param([], -1_500, 5, 5, id="after 2 s who gets nothing is owed what he does not get"),
        pytest.param([9], -1_900, 9, 8, id="and so he is if it comes at last"),
    ],
)
def test_a_subscriber_that_joins(received: list[int], opened_ms: int, owed: int, silent: int) -> None:
    tally = crowd([(0, number) for number in received], opened_ns=WINDOW.hold_ns + opened_ms * MS)
    assert end(tally) == (owed, 0, silent)


@pytest.mark.parametrize(
    ("received", "opened_ms", "left_ms", "unclear"),
    [
        pytest.param([3, 4, 6], -50, None, 3, id="before the first"),
        pytest.param([], -50, None, 10, id="all in the first 2 s"),
        pytest.param([], -1_500, None, 5, id="until 2 s are over"),
        pytest.param(range(4), -5_000, 450, 1, id="the last before leaving"),
        pytest.param([], -50, 450, 5, id="all of a short stay"),
        pytest.param([0, 1, 2, 4], -5_000, 450, 0, id="what a later one overtook is lost"),
        pytest.param(range(10), -5_000, None, 0, id="nothing, if all came"),
    ],
)
def test_what_did_not_come_and_may_not_have_been_due_is_unclear(
    received: list[int], opened_ms: int, left_ms: int | None, unclear: int
) -> None:
    left_ns = STILL_OPEN if left_ms is None else WINDOW.hold_ns + left_ms * MS
    tally = crowd(
        [(0, number) for number in received], opened_ns=WINDOW.hold_ns + opened_ms * MS, left_ns=left_ns
    )
    end(tally)
    assert tally.findings().unclear == unclear


def test_what_was_unclear_and_comes_late_was_due() -> None:
    tally = crowd([], opened_ns=WINDOW.hold_ns - 50 * MS)
    end(tally)
    tally.record(batch([(0, 9, 3, SENT_NS[3], SENT_NS[3] + 3 * S)]))
    found = tally.findings()
    assert (found.unclear, found.owed, found.received) == (9, 1, 1)
    tally.begin_hold(WINDOW)
    assert tally.findings().unclear == 0


def test_a_replay_of_what_was_sent_before_a_subscriber_joined_does_not_put_it_in_the_room() -> None:
    tally = crowd([(0, 0), (0, 1), (0, 7), (0, 8), (0, 9)], opened_ns=SENT_NS[4])
    assert end(tally) == (3, 0, 0)
    assert tally.findings().extra_kinds == {extras.EARLY: 2}


def test_what_all_have_is_settled_at_once_and_what_somebody_misses_after_the_patience() -> None:
    tally = crowd(
        [(row, number) for row in range(2) for number in range(9) if (row, number) != (1, 3)], rows=2
    )
    tally.settle_some(SENT_NS[9])
    found = put_together(tally.take_settled())
    assert found.numbers.tolist() == [0, 1, 2, 4, 5, 6, 7, 8]
    tally.settle_some(SENT_NS[9] + PATIENCE)
    found = put_together(tally.take_settled())
    assert (found.numbers.tolist(), found.owed.tolist(), found.received.tolist()) == ([3], [2], [1])
    assert end(tally) == (20, 0, 3)


def test_a_delivery_that_comes_after_the_patience_still_counts_and_so_do_further_copies() -> None:
    tally = crowd([(0, number) for number in range(10)], rows=2)
    tally.settle_some(SENT_NS[9] + 2 * PATIENCE)
    late = (1, 9, 5, SENT_NS[5], SENT_NS[5] + 6 * S)
    tally.record(batch([late, late]))
    tally.record(batch([late, (0, 9, 5, SENT_NS[5], SENT_NS[5] + 6 * S)]))
    while tally.settle_some(0, is_over=True):
        pass
    found = tally.findings()
    assert tally.settlement == (20, 0, 9)
    assert (found.duplicated, unpack(found.lost_per_second).tolist()) == (3, [0, 0, 0, 9])
    row = put_together([found.broadcasts]).of(ints([5]))
    assert (row.received[0], row.owed[0], row.last_ns[0]) == (2, 2, 6 * S)


def test_copies_of_settled_broadcasts_are_duplicates_and_to_who_came_later_a_replay() -> None:
    tally = crowd([(0, number) for number in range(10)])
    tally.settle_some(0)
    tally.see(ints([LONG_AGO, SENT_NS[5]]), ints([STILL_OPEN] * 2), ints([STILL_OPEN] * 2))
    tally.record(batch([(row, 9, 2, SENT_NS[2], SENT_NS[9]) for row in (0, 1)]))
    found = tally.findings()
    assert (found.duplicated, found.extra_kinds, found.owed) == (1, {extras.EARLY: 1}, 10)


def test_a_mark_of_another_class_of_publishers_is_extra() -> None:
    tally = crowd([])
    tally.record(batch([(0, publisher, 3, SENT_NS[3], SENT_NS[3] + MS) for publisher in (8, 10)]))
    assert tally.findings().extra_kinds == {extras.OF_OTHERS: 2}


@pytest.mark.parametrize("changed_ns", [0, 1 << 62])
def test_a_mark_of_a_moment_that_cannot_be_is_no_delivery(changed_ns: int) -> None:
    tally = crowd([(0, 2)])
    tally.record(batch([(0, 9, number, changed_ns, SENT_NS[number] + MS) for number in (3, 4)]))
    assert end(tally) == (10, 0, 9)
    found = tally.findings()
    assert (found.extra_kinds, merged([found.response]).n) == ({extras.NEVER_SENT: 2}, 1)


@pytest.mark.parametrize(
    ("received", "is_awaited"),
    [([], True), ([8], True), ([9], False)],
    ids=["its first may come", "the next may come", "all that it is owed has come"],
)
def test_what_may_come_to_a_subscriber_of_whom_nobody_knows_yet_is_waited_for(
    received: list[int], is_awaited: bool
) -> None:
    tally = crowd([(0, number) for number in received], opened_ns=WINDOW.hold_ns - 50 * MS)
    assert tally.is_owed() == is_awaited


def test_a_new_hold_forgets_the_figures_but_not_who_received_what() -> None:
    tally = crowd([(0, number) for number in range(3)])
    tally.settle_some(0)
    tally.begin_hold(later(WINDOW, SENT_NS[2]))
    arrived = [(1, 5), (3, 1), (2, 5)]
    tally.record(batch([(0, 9, one, SENT_NS[one], SENT_NS[one] + after * MS) for one, after in arrived]))
    found = tally.findings()
    assert merged([found.response]).n == 1
    assert (found.duplicated, found.reordered) == (1, 0)


def test_a_tally_of_no_subscriber_and_no_broadcast_owes_nothing() -> None:
    tally = Broadcasts(WINDOW, [9], PATIENCE)
    tally.record(batch([]))
    assert not tally.is_owed()
    assert end(tally) == (0, 0, 0)
    tally.publish(Published(ints([0, 1]), ints(SENT_NS[:2]), ints(SENT_NS[:2])))
    assert end(tally) == (0, 0, 0)


def test_of_numbers_that_nobody_tells_of_a_bounded_lot_is_kept() -> None:
    tally = crowd([])
    numbers = 1_000 + np.arange(100_000)
    same = np.zeros(len(numbers), np.int64)
    tally.record(Batch(same, same + 9, numbers, same + SENT_NS[0], same + SENT_NS[0] + MS))
    assert len(tally._under_way.numbers) <= 1 << 15
    assert tally.findings().extra_kinds == {extras.NEVER_SENT: 100_000}


def later(window: Window, hold_ns: int) -> Window:
    """Return the window with a hold that begins later."""
    return Window(window.origin_ns, window.start_ns, hold_ns, window.drain_ns, window.end_ns)
