"""Subscribers that come and go for long: what is found is as if each had a place of its own."""

from random import Random

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.stats.made import S, ints
from wswarm.load.rooms import room_of
from wswarm.stats.attendance import Attendance
from wswarm.stats.audience import Audience
from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import STILL_OPEN, Arrivals, Int64s, Window
from wswarm.stats.published import Published, in_rooms
from wswarm.stats.tally import Batch

LAW = settings(max_examples=5, deadline=None, derandomize=True, phases=[Phase.generate])
MS = S // 1000
SECONDS = 25
WINDOW = Window(0, S, 2 * S, (SECONDS - 2) * S, (SECONDS + 2) * S)
PATIENCE_NS = S
PUBLISHERS = (1_001, 1_002)


class Story:
    """Seconds in which subscribers come and go, miss a few broadcasts, and receive some twice or late."""

    def __init__(self, seed: int, rooms: int, *, is_parting: bool) -> None:
        self.chance, self.rooms, self.is_parting = Random(seed), rooms, is_parting
        of = [room_of(one, rooms) for one in PUBLISHERS]
        self.tally = Broadcasts(WINDOW, PUBLISHERS, PATIENCE_NS, Audience(PATIENCE_NS, rooms, 0), of)
        self.attendance = Attendance(self.tally, PATIENCE_NS)
        self.times: list[list[int]] = []
        self.late: list[tuple[int, int, int, int, int]] = []

    def live(self) -> Arrivals:
        """Return what was found."""
        for number in range(10 * SECONDS):
            now = number * 100 * MS + 7
            self._come_and_go(now)
            self._publish(number, now)
            if self.is_parting:
                self.attendance.part(now)
            self.tally.settle_some(now)
        while self.tally.settle_some(0, is_over=True):
            pass
        return self.tally.findings()

    def _come_and_go(self, now: int) -> None:
        chance, changed = self.chance, []
        for row, times in enumerate(self.times):
            if times[1] == times[2] == STILL_OPEN and chance.random() < 0.05:
                times[chance.choice([1, 2, 2])] = now
                changed.append(row)
        for _ in range(chance.choice([0, 0, 1, 2])):
            changed.append(len(self.times))
            self.attendance.join(ints([room_of(len(self.times) + 1, self.rooms)]))
            self.times.append([now, STILL_OPEN, STILL_OPEN])
        if changed:
            self.attendance.see(changed, np.array([self.times[row] for row in changed], np.int64).T)

    def _publish(self, number: int, now: int) -> None:
        chance, publisher = self.chance, PUBLISHERS[number % 2]
        room = room_of(publisher, self.rooms)
        arrivals, self.late = self.late, []
        for row, (_, closed_ns, left_ns) in enumerate(self.times):
            is_there = closed_ns == left_ns == STILL_OPEN and room_of(row + 1, self.rooms) == room
            if is_there and chance.random() < 0.95:
                arrivals += [(row, publisher, number, now, now + MS)] * chance.choice([1] * 20 + [2])
            elif is_there and chance.random() < 0.3:
                self.late.append((row, publisher, number, now, now + 90 * MS))
        if chance.random() < 0.99:
            self.tally.publish(
                Published(in_rooms(ints([number]), ints([room])), ints([now]), ints([now + 1]))
            )
        batch = Batch(*np.array(arrivals, np.int64).reshape(-1, 5).T)
        self.tally.record(batch._replace(rows=self.attendance.places(batch.rows)))


def times_ns(opened_ns: int, closed_ns: int = STILL_OPEN, left_ns: int = STILL_OPEN) -> Int64s:
    """Return the times of one subscriber."""
    return np.array([[opened_ns], [closed_ns], [left_ns]], np.int64)


@LAW
@given(st.integers(0, 1 << 32), st.sampled_from([1, 2]))
def test_what_is_found_is_as_if_each_had_a_place_of_its_own(seed: int, rooms: int) -> None:
    alone, shared = (Story(seed, rooms, is_parting=is_parting).live() for is_parting in (False, True))
    for name in Arrivals.__struct_fields__:
        if name != "broadcasts":  # the same, in another order of settling
            assert getattr(alone, name) == getattr(shared, name), name


@pytest.mark.parametrize("rooms", [1, 2])
def test_places_are_as_many_as_there_ever_were_at_once_and_not_many_more(rooms: int) -> None:
    story = Story(3, rooms, is_parting=True)
    story.live()
    assert len(story.times) > 150
    assert story.tally.audience.size < 80  # some 15 at once, and those who left in the last three seconds
    assert Story(3, rooms, is_parting=False).live().owed > 0


def test_nobody_has_the_place_of_one_to_whom_something_is_under_way() -> None:
    tally = Broadcasts(WINDOW, [9], 100 * S, Audience(100 * S))
    attendance = Attendance(tally, 0)
    attendance.join(ints([0]))
    attendance.see([0], times_ns(0, left_ns=3 * S))
    tally.publish(Published(ints([0]), ints([2 * S]), ints([2 * S])))
    attendance.part(30 * S)
    assert attendance.places(ints([0])).tolist() == [0]
    tally.settle_some(0, is_over=True)
    attendance.part(32 * S)
    assert attendance.places(ints([0])).tolist() == [-1]


def test_who_is_lost_has_lost_what_it_had_when_another_has_its_place() -> None:
    tally = Broadcasts(WINDOW, [9], S, Audience(S, 1, 0))
    attendance = Attendance(tally, S)
    attendance.join(ints([0]))
    attendance.see([0], times_ns(0, closed_ns=3 * S))
    tally.publish(Published(ints([0]), ints([2 * S]), ints([2 * S])))
    tally.settle_some(30 * S)
    attendance.part(30 * S)
    attendance.join(ints([0]))
    attendance.see([1], times_ns(31 * S))
    assert attendance.places(np.arange(2)).tolist() == [-1, 0]
    found = tally.findings()
    assert (found.owed, found.lost_disconnected, found.lost_silent) == (1, 1, 0)


def test_a_load_that_follows_another_knows_the_subscribers_of_that_however_many() -> None:
    before, count = Broadcasts(WINDOW, PUBLISHERS, PATIENCE_NS), 40
    times = np.stack([np.full(count, moment, np.int64) for moment in (S, STILL_OPEN, STILL_OPEN)])
    first = Attendance(before, PATIENCE_NS)
    first.join(np.zeros(count, np.int64))
    first.see(range(count), times)
    after = Broadcasts(WINDOW, PUBLISHERS, PATIENCE_NS, before.audience)
    Attendance(after, PATIENCE_NS).see(range(count), times)
    assert (after.audience.size, after.audience.open.tolist()) == (count, [count])
