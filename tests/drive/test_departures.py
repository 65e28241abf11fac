"""Who leaves when: each at its moment, by one timer."""

import asyncio

from wswarm.drive.clock import now_ns
from wswarm.drive.departures import Departures

MS = 1_000_000


async def left(*after_ms: int) -> list[tuple[int, int]]:
    """Who has left, and how many ns after its moment, of those who are to leave so long from now."""
    gone: list[tuple[int, int]] = []
    now = now_ns()
    departures = Departures(lambda row: gone.append((row, now_ns() - now - after_ms[row] * MS)))
    for row, after in enumerate(after_ms):
        departures.add(row, now + after * MS)
    while len(gone) < len(after_ms):
        await asyncio.sleep(0.001)
    return gone


def test_they_leave_in_the_order_of_their_moments_whatever_the_order_of_telling() -> None:
    assert [row for row, _ in asyncio.run(left(30, 10, 20, 40, 5))] == [4, 1, 2, 0, 3]


def test_nobody_leaves_before_its_moment() -> None:
    assert min(late_ns for _, late_ns in asyncio.run(left(3, 7, 11, 2))) >= -MS


def test_whose_moment_has_passed_leaves_at_once() -> None:
    assert [row for row, _ in asyncio.run(left(-1_000, 1))] == [0, 1]
