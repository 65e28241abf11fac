"""Many rooms: each broadcast owed to its own, against a tally for each room."""

from dataclasses import dataclass, replace
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.stats.made import WINDOW, Arrival, S, batch, ints, split
from wswarm.stats import extras
from wswarm.stats.audience import Audience
from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import STILL_OPEN, Arrivals, unpack
from wswarm.stats.published import Published, in_rooms, rooms_of, sequences_of
from wswarm.stats.reach import put_together
from wswarm.stats.rooms import Publishers, Rooms
from wswarm.stats.summary import merged

LAW = settings(max_examples=60, deadline=None, derandomize=True, phases=[Phase.generate])
ROOMS, ROWS, BROADCASTS = 3, 8, 12
STRANGER, NOBODY, HIGH_ID = 99, 1_000_000, 40
MS = S // 1000
PATIENCE = 5 * S
COUNTS = ("owed", "received", "lost_disconnected", "lost_silent", "duplicated", "reordered", "extra")


def intended(broadcast: int) -> int:
    """Return when a broadcast is due: the first two in the warm-up."""
    return WINDOW.hold_ns + (broadcast - 2) * 250 * MS


@dataclass(frozen=True)
class Story:
    """What happened: rooms of the rows, rooms by publisher, who sent what when, who came and went, what arrived."""

    rooms: list[int]
    publishers: dict[int, int]
    by: list[int]
    sent_ns: list[int]
    opened_ns: list[int]
    closed_ns: list[int]
    left_ns: list[int]
    arrivals: list[Arrival]

    def log(self, room: int | None = None) -> Published:
        """Return what the publishers say, of one room or with the rooms in the numbers."""
        told = [
            number
            for number, sent_ns in enumerate(self.sent_ns)
            if sent_ns and room in (None, self.publishers[self.by[number]])
        ]
        of = [0 if room is not None else self.publishers[self.by[number]] for number in told]
        moments = [intended(number) for number in told], [self.sent_ns[number] for number in told]
        return Published(in_rooms(ints(told), ints(of)), *map(ints, moments))

    def is_foreign(self, arrival: Arrival) -> bool:
        """Return whether the arrival is for another room than it came into."""
        row, publisher = arrival[:2]
        return publisher in self.publishers and self.publishers[publisher] != self.rooms[row]

    def of_room(self, room: int) -> tuple[list[int], list[Arrival]]:
        """Return the rows of a room, and what they received that was not for another, by their places in it."""
        rows = [row for row in range(ROWS) if self.rooms[row] == room]
        own = [one for one in self.arrivals if one[0] in rows and not self.is_foreign(one)]
        return rows, [(rows.index(row), *rest) for row, *rest in own]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw rooms of any size, publishers of any of them, deliveries of any to anybody."""
    chance = Random(draw(st.integers(0, 1 << 32)))

    def moment() -> int:
        return chance.randint(WINDOW.start_ns, WINDOW.drain_ns)

    publishers = {chance.randint(1, HIGH_ID) + HIGH_ID * n: chance.randrange(ROOMS) for n in range(4)}
    by = [chance.choice(list(publishers)) for _ in range(BROADCASTS)]
    arrivals: list[Arrival] = []
    for _ in range(chance.randint(0, 80)):
        number = chance.randrange(BROADCASTS)
        publisher = chance.choice([by[number]] * 8 + [STRANGER * HIGH_ID])
        received_ns = intended(number) + chance.randint(MS, S)
        arrivals.append((chance.randrange(ROWS), publisher, number, intended(number), received_ns))
    return Story(
        rooms=[chance.randrange(ROOMS) for _ in range(ROWS)],
        publishers=publishers,
        by=by,
        sent_ns=[intended(one) + MS if chance.random() < 0.9 else 0 for one in range(BROADCASTS)],
        opened_ns=[chance.choice([WINDOW.origin_ns - 5 * S, moment()]) for _ in range(ROWS)],
        closed_ns=[chance.choice([STILL_OPEN, STILL_OPEN, moment()]) for _ in range(ROWS)],
        left_ns=[chance.choice([STILL_OPEN, STILL_OPEN, moment()]) for _ in range(ROWS)],
        arrivals=arrivals,
    )


def end(tally: Broadcasts) -> Arrivals:
    """Settle all, and return what was found."""
    while tally.settle_some(0, is_over=True):
        pass
    return tally.findings()


def together(
    story: Story, cuts: list[int], *, told_first: bool = True, settle_often: bool = False
) -> Arrivals:
    """Return what one tally of all rooms finds, whose rows came in two turns."""
    rooms = list(story.publishers.values())
    tally = Broadcasts(WINDOW, list(story.publishers), PATIENCE, Audience(PATIENCE, ROOMS), rooms)
    opened, closed, left = (ints(one) for one in (story.opened_ns, story.closed_ns, story.left_ns))
    tally.see(opened[:3], closed[:3], left[:3], ints(story.rooms[:3]))
    tally.see(opened, closed, left, ints(story.rooms[3:]))
    if told_first:
        tally.publish(story.log())
    for part in split(story.arrivals, cuts):
        tally.record(part)
        if settle_often:
            tally.settle_some(0)
            tally.is_owed()
    if not told_first:
        tally.publish(story.log())
    return end(tally)


def apart(story: Story, room: int, *, told_first: bool) -> Arrivals:
    """Return what a tally of one room alone finds, to which nothing comes that is for another."""
    rows, arrivals = story.of_room(room)
    own = [one for one, of in story.publishers.items() if of == room]
    tally = Broadcasts(WINDOW, own or [NOBODY], PATIENCE)
    every = (story.opened_ns, story.closed_ns, story.left_ns)
    tally.see(*(ints(times[row] for row in rows) for times in every))
    if told_first:
        tally.publish(story.log(room))
    for part in split(arrivals, []):
        tally.record(part)
    if not told_first:
        tally.publish(story.log(room))
    return end(tally)


@LAW
@given(stories(), st.lists(st.integers(0, 80), max_size=4), st.booleans())
def test_rooms_are_counted_as_if_each_had_a_tally_of_its_own(
    story: Story, cuts: list[int], told_first: bool
) -> None:
    found = together(story, cuts, told_first=told_first)
    alone = [apart(story, room, told_first=told_first) for room in range(ROOMS)]
    foreign = [one for one in story.arrivals if story.is_foreign(one) and one[3] >= WINDOW.hold_ns]
    for name in COUNTS:
        expected = sum(getattr(one, name) for one in alone) + len(foreign) * (name == "extra")
        assert getattr(found, name) == expected, name
    assert found.extra_kinds.get(extras.OTHER_ROOM, 0) == len(foreign)
    per_room = [sum(story.rooms[one[0]] == room for one in foreign) for room in range(ROOMS)]
    assert unpack(found.extra_of_room).tolist() == [
        one.extra + more for one, more in zip(alone, per_room, strict=True)
    ]
    assert found.response == merged(one.response for one in alone).pack()


@LAW
@given(stories(), st.lists(st.integers(0, 80), max_size=4))
def test_every_broadcast_has_the_account_that_its_own_room_gives_it(story: Story, cuts: list[int]) -> None:
    found = put_together([together(story, cuts, told_first=True).broadcasts])
    for room in set(story.rooms):
        alone = put_together([apart(story, room, told_first=True).broadcasts])
        own = rooms_of(found.numbers) == room
        assert sequences_of(found.numbers[own]).tolist() == alone.numbers.tolist()
        for column, expected in zip(found[1:], alone[1:], strict=True):
            assert column[own].tolist() == expected.tolist()


@LAW
@given(stories(), st.lists(st.integers(0, 80), max_size=6))
def test_settling_what_a_room_has_while_deliveries_arrive_changes_nothing(
    story: Story, cuts: list[int]
) -> None:
    still_open = [STILL_OPEN] * ROWS  # after it has closed nothing arrives on a connection
    story = replace(story, closed_ns=still_open, left_ns=still_open)
    often, once = together(story, cuts, settle_often=True), together(story, cuts)
    for name in (*COUNTS, "extra_kinds", "extra_of_room", "response"):
        assert getattr(often, name) == getattr(once, name), name
    for column, expected in zip(*(put_together([one.broadcasts]) for one in (often, once)), strict=True):
        assert column.tolist() == expected.tolist()


def test_the_number_of_a_broadcast_holds_its_room() -> None:
    numbers = in_rooms(ints([0, 7, (1 << 32) - 1]), ints([0, 3, 999_999]))
    assert sequences_of(numbers).tolist() == [0, 7, (1 << 32) - 1]
    assert rooms_of(numbers).tolist() == [0, 3, 999_999]


def test_members_have_places_in_the_order_in_which_they_joined() -> None:
    rooms = Rooms(3)
    rooms.join(ints([2, 0, 2]))
    rooms.join(ints([0, 2]))
    rows = ints(range(5))
    assert (rooms.of(rows).tolist(), rooms.places(rows).tolist()) == ([2, 0, 2, 0, 2], [0, 0, 1, 1, 2])
    assert (rooms.sizes.tolist(), rooms.width) == ([2, 0, 3], 3)
    assert rooms.rows(2, ints([0, 2])).tolist() == [0, 4]


def test_rooms_that_are_full_take_as_many_cells_as_one_of_all() -> None:
    rooms = Rooms(100)
    for _ in range(10):
        rooms.join(ints(range(100)))
    seats = rooms.seats(ints(range(100)))
    assert not isinstance(seats, slice)
    assert seats.size == 1_000


@pytest.mark.parametrize(
    ("ids", "of", "each", "places"),
    [
        ([9], [], 1, [0]),
        ([30, 10, 20], [], 3, [0, 1, 2]),
        ([11, 12, 13, 14], [1, 0, 1, 0], 2, [0, 0, 1, 1]),
        ([13, 11, 12], [0, 0, 1], 2, [0, 0, 1]),
    ],
)
def test_publishers_have_places_in_their_rooms(
    ids: list[int], of: list[int], each: int, places: list[int]
) -> None:
    publishers = Publishers(ids, of)
    index, is_there = publishers.find(ints(sorted(ids)))
    assert is_there.all()
    assert (publishers.each, publishers.places(index).tolist()) == (each, places)


def test_what_is_for_a_room_that_nobody_is_in_owes_nothing_and_is_settled_at_once() -> None:
    tally = Broadcasts(WINDOW, [9, 10], PATIENCE, Audience(PATIENCE, 2), [0, 1])
    tally.see(ints([WINDOW.origin_ns]), ints([STILL_OPEN]), ints([STILL_OPEN]), ints([1]))
    due_ns = ints([WINDOW.hold_ns] * 2)
    tally.publish(Published(in_rooms(ints([0, 1]), ints([0, 1])), due_ns, due_ns))
    assert end(tally).owed == 1


MEMBERS = [0, 1, 1]  # the rooms of three rows


def crowd(*closed_ns: int) -> Broadcasts:
    """Return a tally of two rooms, of one member and of two, and a broadcast of each: number n is for room n."""
    tally = Broadcasts(WINDOW, [8, 9], PATIENCE, Audience(PATIENCE, 2), [0, 1])
    opened = ints([WINDOW.origin_ns - 5 * S] * 3)
    tally.see(opened, ints(closed_ns or [STILL_OPEN] * 3), ints([STILL_OPEN] * 3), ints(MEMBERS))
    due_ns = ints([WINDOW.hold_ns] * 2)
    tally.publish(Published(in_rooms(ints([0, 1]), ints([0, 1])), due_ns, due_ns))
    return tally


def receive(tally: Broadcasts, *rows: int, after_ns: int = MS) -> None:
    """Let rows have the broadcast of their room."""
    due_ns = WINDOW.hold_ns
    tally.record(batch([(row, 8 + MEMBERS[row], MEMBERS[row], due_ns, due_ns + after_ns) for row in rows]))


def test_a_broadcast_is_settled_as_soon_as_its_own_room_has_it() -> None:
    tally = crowd()
    receive(tally, 0, 2)
    tally.settle_some(WINDOW.hold_ns)
    assert rooms_of(put_together(tally.take_settled()).numbers).tolist() == [0]
    receive(tally, 1)
    tally.settle_some(WINDOW.hold_ns)
    assert rooms_of(put_together(tally.take_settled()).numbers).tolist() == [1]


def test_what_a_member_gets_after_its_broadcast_was_settled_still_counts() -> None:
    tally = crowd()
    receive(tally, 0, 1)
    tally.settle_some(WINDOW.hold_ns + PATIENCE + 1)
    early = tally.take_settled()
    receive(tally, 2, after_ns=2 * MS)
    found = end(tally)
    assert (found.owed, found.received, found.lost_silent) == (3, 3, 0)
    rows = put_together([*early, found.broadcasts])
    assert rows.received.tolist() == rows.owed.tolist() == [1, 2]


@pytest.mark.parametrize(("closed_ms", "is_owed"), [(None, True), (50, False)])
def test_nothing_is_waited_for_that_only_lost_members_of_a_room_miss(
    closed_ms: int | None, is_owed: bool
) -> None:
    closed_ns = STILL_OPEN if closed_ms is None else WINDOW.hold_ns + closed_ms * MS
    tally = crowd(STILL_OPEN, STILL_OPEN, closed_ns)
    receive(tally, 0, 1)
    assert tally.is_owed() == is_owed


def test_broadcasts_of_small_rooms_are_settled_a_thousand_at_a_time() -> None:
    count = 4_000
    tally = Broadcasts(WINDOW, range(1, 11), PATIENCE, Audience(PATIENCE, 10), range(10))
    still = ints([STILL_OPEN] * 10)
    tally.see(ints([WINDOW.origin_ns] * 10), still, still, ints(range(10)))
    due_ns = ints([WINDOW.hold_ns] * count)
    tally.publish(Published(in_rooms(ints(range(count)), ints(range(count)) % 10), due_ns, due_ns))
    turns = 1
    while tally.settle_some(0, is_over=True):
        turns += 1
    assert turns == 4
    assert tally.findings().owed == count
