"""Whose conversation is shown, and what of it."""

import asyncio
from typing import Any

from tests.drive.fakes import PREFIX
from wswarm.drive.drivers.connection import Ended, HandshakeFailed
from wswarm.drive.fleet import wire
from wswarm.drive.group import Group
from wswarm.drive.trace import LINES, Trace, TracedConnection
from wswarm.load.manner import Manner


async def refused(*_: object) -> object:
    """A driver that is refused."""
    raise ConnectionRefusedError


def shown(*rows: int, attempts: int = 1, driver: Any = refused, **settings: object) -> list[tuple[int, str]]:
    """What is shown if one of these connections is, of which each row opens one by its id."""
    told: list[tuple[int, str]] = []

    def say(report: wire.Report) -> None:
        if isinstance(report, wire.Traced):
            told.append((report.connection, report.words))

    manner = Manner(**{"url": "ws://h/", **settings})  # type: ignore[arg-type]  # by name
    order = wire.Group(name="storm", role="connect", manner=manner, addresses=[("127.0.0.1", 9)], traced=1)
    begin = wire.Begin(groups=[order], prefix=PREFIX)

    async def open_all() -> None:
        group = Group(0, order, begin, lambda _: driver, say)
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


SAID = "token expired: tok-SECRETVALUE-42 CSECRET88 Ym9iOmh1bnRlcjJwYXNz tok-SECRETV...\x1b]0;x\a"
HIDDEN = "token expired: … … … …...\\x1b]0;x\\x07"
OF_PLAN = {
    "url": "ws://bob:hunter2pass@h/",
    "headers": ("Authorization: Bearer tok-SECRETVALUE-42",),
    "cookies": ("sid=CSECRET88",),
}


def test_why_it_failed_is_shown_without_secrets_and_control_characters() -> None:
    async def fail(*_: object) -> object:
        raise HandshakeFailed(f"bad upgrade: Upgrade: {SAID}")

    assert shown(1, driver=fail, **OF_PLAN)[-1] == (1, f"failed: bad upgrade: Upgrade: {HIDDEN}")


def test_a_close_reason_is_shown_without_secrets_and_control_characters() -> None:
    async def close(_request: object, _number: int, _settings: object, events: Any) -> object:
        events.closed(Ended("4401", SAID))
        raise HandshakeFailed("closed 4401")

    assert shown(1, driver=close, **OF_PLAN)[1] == (1, f"closed 4401 {HIDDEN}")
