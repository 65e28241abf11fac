"""Which rooms fared worst, and how."""

import numpy as np
import pytest

from tests.stats.made import WINDOW, Arrival, S, batch, effort, ints, sockets
from wswarm.results.run import Rooms
from wswarm.stats.audience import Audience
from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import STILL_OPEN, Findings, Sends, pack
from wswarm.stats.published import in_rooms, read_log
from wswarm.stats.worst_rooms import rooms

MS = S // 1000
PATIENCE = 5 * S
EACH = 3


def due(number: int) -> int:
    """Return when a broadcast is due and sent: number 0 before the hold."""
    return WINDOW.hold_ns + (number - 1) * MS


def log_of(told: list[int]) -> bytes:
    """Return the log of broadcasts for these rooms."""
    moments = ints(due(number) for number in range(len(told)))
    return pack(np.concatenate((in_rooms(ints(range(len(told))), ints(told)), moments, moments)))


def publisher(told: list[int]) -> Findings:
    """Return what the publishers' agent found."""
    sends = Sends(offered=len(told), sent=len(told), lag=b"", per_second=b"", log=log_of(told))
    return Findings(sockets=sockets(), effort=effort(), sends=sends)


def subscribers(members: list[int], told: list[int], arrivals: list[Arrival]) -> Findings:
    """Return what an agent found whose subscribers are in these rooms; publisher `n` publishes to room n - 1."""
    count = max(told) + 1
    audience = Audience(PATIENCE, count)
    tally = Broadcasts(WINDOW, range(1, count + 1), PATIENCE, audience, list(range(count)))
    opened = ints([WINDOW.origin_ns - 5 * S] * len(members))
    still = ints([STILL_OPEN] * len(members))
    tally.see(opened, still, still, ints(members))
    tally.publish(read_log(log_of(told)))
    tally.record(batch(arrivals))
    while tally.settle_some(0, is_over=True):
        pass
    return Findings(sockets=sockets(), effort=effort(), arrivals=tally.findings())


def received(row: int, room: int, number: int, delay_ns: int = MS) -> Arrival:
    """Return the arrival of a broadcast of that room."""
    return row, room + 1, number, due(number), due(number) + delay_ns


def run_of(count: int, told: list[int], *arrivals: list[Arrival]) -> Rooms:
    """Return how so many rooms fared, each of which has a member at each agent that received these."""
    agents = [subscribers(list(range(count)), told, one) for one in arrivals]
    return rooms([*agents, publisher(told)], WINDOW, count)


def test_a_room_has_what_all_agents_together_received_in_the_hold() -> None:
    told = [0, 0, 1, 0]  # the first is of the warm-up
    first = [received(0, 0, number) for number in (0, 1, 3)] + [received(1, 1, 2)]
    found = run_of(2, told, first, [received(0, 0, 1)])
    assert found.rooms == 2
    assert [(one.room, one.owed, one.received, one.lost) for one in found.worst] == [
        ("0", 4, 3, 1),
        ("1", 2, 1, 1),
    ]


def test_the_worst_lost_most_then_have_most_extra() -> None:
    told = [0, 0, 1, 2, 3]
    arrivals = [received(0, 0, 1), received(1, 1, 2), received(3, 3, 4)]
    leaked = [received(3, 0, 1), received(1, 0, 1), received(1, 0, 1), received(3, 0, 0)]
    found = run_of(4, told, arrivals + leaked)
    assert [(one.room, one.lost, one.extra) for one in found.worst] == [
        ("2", 1, 0),
        ("1", 0, 2),
        ("3", 0, 1),
        ("0", 0, 0),
    ]


def test_at_most_ten_are_told_and_those_alike_by_their_numbers() -> None:
    told = list(range(12))
    found = run_of(12, told, [received(room, room, room) for room in range(12)])
    assert (found.rooms, [one.room for one in found.worst]) == (12, [str(room) for room in range(10)])


def test_of_rooms_that_lost_nothing_the_slowest_is_worst() -> None:
    told = [room for _ in range(400) for room in range(EACH)]
    delays = {0: MS, 1: 30 * MS, 2: 4 * MS}
    arrivals = [received(room, room, number, delays[room]) for number, room in enumerate(told)]
    found = run_of(EACH, told, arrivals)
    assert [one.room for one in found.worst] == ["1", "2", "0"]
    assert found.worst[0].p50 == found.worst[0].p99 == 0.03


@pytest.mark.parametrize(
    ("count", "has_p50", "has_p99"), [(3, False, False), (50, True, False), (400, True, True)]
)
def test_a_percentile_needs_deliveries_enough(count: int, has_p50: bool, has_p99: bool) -> None:
    told = [1] * (count + 1)
    delays = [(1 + number % 100) * MS for number in range(count + 1)]
    found = run_of(2, told, [received(1, 1, number, delays[number]) for number in range(1, count + 1)])
    one, empty = found.worst if has_p99 else found.worst[::-1]
    assert (empty.owed, empty.p50, empty.p99) == (0, None, None)
    assert (one.p50 is not None, one.p99 is not None) == (has_p50, has_p99)
    if one.p50 is not None:
        assert one.p50 == pytest.approx(np.quantile(delays[1:], 0.5) / S, rel=0.03)
    if one.p99 is not None:
        assert one.p99 == pytest.approx(0.099, rel=0.03)
