"""What an agent keeps account of while connections come and go."""

from collections.abc import Sequence

import pytest

from tests.drive.fakes import MS, FakeClock, S, swarm_of
from tests.stats.made import ints
from wswarm.drive.account import Deliveries, Publishing
from wswarm.drive.outbox import Handled
from wswarm.drive.row import Row
from wswarm.stats.findings import STILL_OPEN, Int64s, Window
from wswarm.stats.published import Published, in_rooms, read_log

WINDOW = Window(0, 0, 0, STILL_OPEN)


def test_a_subscriber_that_comes_or_goes_costs_no_look_at_those_that_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    swarm, _ = swarm_of(FakeClock(monkeypatch), 3)
    for row in swarm.rows:
        row.ready_ns = 0
    looked: list[list[int]] = []
    times_ns = swarm.times_ns

    def look(rows: Sequence[int]) -> Int64s:
        looked.append(list(rows))
        return times_ns(rows)

    monkeypatch.setattr(swarm, "times_ns", look)
    account = Deliveries(swarm, WINDOW, [9], S)
    for number in range(3, 40):
        swarm.rows.append(Row())
        swarm.changed.add(number)
        account.is_owed()
    swarm.rows[1].left_ns = 5 * MS
    swarm.changed.add(1)
    account.is_owed()
    account.is_owed()
    assert looked == [[0, 1, 2], *([number] for number in range(3, 40)), [1]]
    assert (account.tally.audience.size, account.tally.audience.open) == (40, 2)


def handled(*numbers: int) -> Handled:
    """Return that these messages were sent."""
    moments = ints(10 * number for number in numbers)
    return Handled(ints(numbers), moments, moments + 1, ints([]))


@pytest.mark.parametrize(("rooms", "expected"), [(1, [0, 0, 0, 0]), (3, [1, 2, 1, 0])])
def test_what_publishers_send_is_for_their_rooms_whenever_it_is_sent(
    monkeypatch: pytest.MonkeyPatch, rooms: int, expected: list[int]
) -> None:
    swarm, _ = swarm_of(FakeClock(monkeypatch), 4)  # ids 1 to 4
    account = Publishing(swarm, 7, rooms)
    account.expect(ints([0] * 3), ints([0, 1, 2]))
    account.expect(ints([0]), ints([3]))
    account.handle(handled(7, 8))
    account.handle(handled(10, 9))  # one that waited for room
    log = read_log(account.log())
    assert (log.sequences.tolist(), log.rooms.tolist()) == ([7, 8, 10, 9], expected)


def test_a_subscriber_that_has_just_joined_is_known_before_what_was_sent_to_its_room_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    swarm, _ = swarm_of(FakeClock(monkeypatch), 1)
    account = Deliveries(swarm, WINDOW, [8, 9], S, rooms=2)
    swarm.rows.append(Row())
    swarm._ids.append(4)
    swarm.rows[1].timing = swarm.rows[0].connection and swarm.rows[0].connection.timing
    swarm.rows[1].ready_ns = 0
    swarm.changed.add(1)
    sent_ns = ints([5 * S])
    account.publish(Published(in_rooms(ints([0]), ints([0])), sent_ns, sent_ns))
    account.settle_some(is_over=True)
    assert account.findings().owed == 1
