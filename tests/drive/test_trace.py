"""Whose conversation is shown, and what of it."""

import asyncio
from typing import Any

from tests.drive.fakes import PREFIX
from wswarm.drive.fleet import wire
from wswarm.drive.group import Group
from wswarm.drive.trace import LINES, Trace, TracedConnection
from wswarm.load.manner import Manner


async def refused(*_: object) -> object:
    """A driver that is refused."""
    raise ConnectionRefusedError


def shown(*rows: int, attempts: int = 1) -> list[tuple[int, str]]:
    """What is shown if one of these connections is, of which each row opens one by its id."""
    told: list[tuple[int, str]] = []

    def say(report: wire.Report) -> None:
        if isinstance(report, wire.Traced):
            told.append((report.connection, report.words))

    order = wire.Group(
        name="storm", role="connect", manner=Manner(url="ws://h/"), addresses=[("127.0.0.1", 9)], traced=1
    )
    begin = wire.Begin(groups=[order], prefix=PREFIX)

    async def open_all() -> None:
        group = Group(0, order, begin, lambda _: refused, say)  # type: ignore[arg-type,return-value]  # never opens
        for connection_id in rows:
            row = group.swarm.add(connection_id)
            for _ in range(attempts):
                await group.swarm.open_one(row)

    asyncio.run(open_all())
    return told


def test_a_client_that_comes_back_is_shown_again_and_others_are_not() -> None:
    attempt = [(1, "GET /"), (1, "failed: refused")]
    assert shown(1, 2, 1) == attempt * 2


def test_of_a_client_that_tries_for_ever_so_many_lines_are_shown() -> None:
    told = shown(1, attempts=LINES)
    assert len(told) == LINES
    assert told[-1][1].endswith("(and no more is shown of it)")


class Held:
    """A connection that does as it is told."""

    def say_goodbye(self) -> None:
        """Do nothing."""

    def reset(self) -> None:
        """Do nothing."""


def test_how_we_part_is_shown() -> None:
    told: list[str] = []
    held: Any = Held()
    connection = TracedConnection(held, Trace(lambda _, kind, words: told.append(f"{kind} {words}"), repr))
    connection.say_goodbye()
    connection.reset()
    assert told == ["* we close: 1000", "* we reset it"]
