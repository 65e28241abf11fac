"""Looking at connections while the load goes on: each change is told once, a few at a time."""

import asyncio
from typing import Any
from unittest.mock import Mock

from wswarm.drive import looks as module
from wswarm.drive.drivers.connection import Timing
from wswarm.drive.fleet import wire
from wswarm.drive.looks import Looks
from wswarm.drive.row import Row
from wswarm.stats.findings import unpack


def opened(at_ns: int = 7) -> Row:
    """Return a connection that opened then."""
    row = Row()
    row.timing = Timing(*([at_ns] * len(Timing._fields)))
    row.ready_ns = at_ns
    return row


def group(rows: list[Row], rooms: int = 1) -> Any:
    """Return a group of these connections."""
    made = Mock()
    made.order.by_http = None
    made.order.manner.rooms = rooms
    made.swarm.rows = rows
    made.swarm.ids = lambda rows: rows + 1
    return made


def look(looks: Looks, *groups: Any) -> list[wire.Rows]:
    """Return what is told."""

    async def told() -> list[wire.Rows]:
        return [rows async for rows in looks.changed(groups)]

    return asyncio.run(told())


def rows_of(told: list[wire.Rows]) -> list[int]:
    """Return which rows were told."""
    return [row for one in told for row in unpack(one.rows).tolist()]


def test_only_who_has_opened_is_told() -> None:
    assert rows_of(look(Looks(), group([opened(), Row(), opened()]))) == [0, 2]


def test_who_has_not_changed_is_not_told_again() -> None:
    looks, own = Looks(), group([opened(), opened()])
    look(looks, own)

    assert look(looks, own) == []


def test_who_was_lost_or_left_is_told_again() -> None:
    looks, rows = Looks(), [opened(), opened(), opened()]
    look(looks, group(rows))
    rows[0].closed_ns, rows[2].left_ns = 9, 10

    (told,) = look(looks, group(rows))

    assert rows_of([told]) == [0, 2]
    assert unpack(told.sockets.closed_ns)[0] == 9
    assert unpack(told.sockets.left_ns)[1] == 10


def test_who_joined_later_is_told_then() -> None:
    looks, rows = Looks(), [opened()]
    look(looks, group(rows))
    rows.append(opened())

    assert rows_of(look(looks, group(rows))) == [1]


def test_groups_are_told_apart() -> None:
    told = look(Looks(), group([opened()]), group([Row(), opened()]))

    assert [(one.group, rows_of([one])) for one in told] == [(0, [0]), (1, [1])]


def test_thousands_are_told_in_parts() -> None:
    told = look(Looks(), group([opened()] * (2 * module._AT_ONCE + 1)))

    assert [len(unpack(one.rows)) for one in told] == [module._AT_ONCE, module._AT_ONCE, 1]


def test_rooms_are_those_of_the_connections() -> None:
    (told,) = look(Looks(), group([opened(), opened(), opened()], rooms=2))

    assert unpack(told.sockets.rooms).tolist() == [1, 0, 1]


def test_who_publishes_by_requests_is_no_connection() -> None:
    own = group([opened()])
    own.order.by_http = object()

    assert look(Looks(), own) == []
