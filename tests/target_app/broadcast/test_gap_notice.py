"""Clients are told of what was lost: the right room, the right number, and not too often."""

import asyncio
from collections.abc import Iterable

import pytest

from target_app.backplane.protocol import Gap
from target_app.broadcast.gap_notice import GapNotice
from target_app.broadcast.hub import Hub
from tests.target_app.broadcast.fake_socket import FakeSocket

UNKNOWN = Gap("o", "x", None, None, "origin gone")


def told(gaps: Iterable[Gap]) -> tuple[list[str], list[str], int]:
    """What the members of x and of y are told of these gaps, and how many messages the hub was given."""

    async def scenario() -> tuple[list[str], list[str], int]:
        hub = Hub()
        in_x, in_y = FakeSocket(), FakeSocket()
        hub.join("x", in_x)  # type: ignore[arg-type] # a fake
        hub.join("y", in_y)  # type: ignore[arg-type] # a fake
        notice = GapNotice(hub, pause=0.001)
        for gap in gaps:
            notice.note(gap)
        await asyncio.sleep(0.05)
        return in_x.received, in_y.received, hub.counters.messages

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("gaps", "line"),
    [
        ([Gap("o", "x", 5, 7, "missing")], "Some messages were lost (3)"),
        ([UNKNOWN], "Some messages may have been lost"),
        ([Gap("o", "x", 1, 2, "tail"), UNKNOWN], "Some messages were lost (2 or more)"),
    ],
    ids=["known", "unknown", "both"],
)
def test_the_members_of_the_room_are_told_and_nobody_else(gaps: list[Gap], line: str) -> None:
    assert told(gaps) == ([line], [], 1)


def test_a_flood_of_gaps_is_one_line_for_a_room() -> None:
    flood = (Gap(f"o{number}", "x", 1, 2, "missing") for number in range(10_000))
    assert told(flood) == (["Some messages were lost (20000)"], [], 1)


def test_a_gap_of_an_unknown_channel_is_told_in_every_room() -> None:
    line = "Some messages may have been lost"
    assert told([Gap("o", None, None, None, "origin gone")]) == ([line], [line], 2)


def test_a_room_that_nobody_is_in_is_told_nothing() -> None:
    assert told([Gap("o", "z", 1, 1, "tail")]) == ([], [], 0)


def test_gaps_after_a_line_are_told_in_the_next() -> None:
    async def scenario() -> None:
        hub, socket = Hub(), FakeSocket()
        hub.join("x", socket)  # type: ignore[arg-type] # a fake
        notice = GapNotice(hub, pause=0.001)
        for number in (1, 2):
            notice.note(Gap("o", "x", number, number, "missing"))
            await asyncio.sleep(0.05)
        assert socket.received == ["Some messages were lost (1)"] * 2

    asyncio.run(scenario())
