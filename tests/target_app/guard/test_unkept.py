"""A server that keeps fewer guards than ours is told of, once."""

import asyncio
import logging

import pytest
from starlette.types import Message, Receive, Scope, Send

from target_app.departures import is_guarded
from target_app.guard.census import Census
from target_app.guard.door import Door
from target_app.guard.on_duty import COUNTS_FRAMES, OnDuty
from target_app.guard.refusals import Refusals
from target_app.guard.unkept import asked_in_vain
from target_app.settings import Settings
from tests.target_app.server import FRAMING


@pytest.mark.parametrize(
    ("ws", "is_ours"),
    [
        (FRAMING, True),
        ("target_app.wire.guarded:GuardedProtocol", True),
        ("auto", True),
        ("websockets-sansio", True),
        ("websockets", False),
        ("wsproto", False),
        ("none", False),
        ("uvicorn.protocols.websockets.wsproto_impl:WSProtocol", False),
        ("nowhere:Protocol", True),  # uvicorn says itself that there is none
    ],
)
def test_which_protocols_are_ours(ws: str, is_ours: bool) -> None:
    assert is_guarded(ws) == is_ours


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (Settings(), []),
        (Settings(idle_deadline=None, message_rate=1), []),
        (Settings(idle_deadline=5), ["idle_deadline"]),
        (Settings(idle_deadline=5, message_deadline=30), ["message_deadline", "idle_deadline"]),
        (Settings(guard="strict", tokens={"alice": "s3cret"}), []),
    ],
)
def test_what_was_set_is_asked_for(settings: Settings, names: list[str]) -> None:
    assert asked_in_vain(settings) == names


async def nobody(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that does nothing."""


async def say_nothing(message: Message | None = None) -> Message:
    """What is received and sent."""
    return {}


@pytest.mark.parametrize(
    ("is_ours", "is_told", "lines"), [(False, False, 1), (False, True, 0), (True, False, 0)]
)
def test_a_server_of_another_kind_is_told_of_with_its_first_connection(
    is_ours: bool, is_told: bool, lines: int, caplog: pytest.LogCaptureFixture
) -> None:
    door = Door(nobody, OnDuty(Settings(), Refusals(), is_told=is_told), Census.alone())
    extensions = {COUNTS_FRAMES: {}} if is_ours else {}
    scope = {"type": "websocket", "path": "/", "query_string": b"", "headers": [], "extensions": extensions}
    for _ in range(3):
        asyncio.run(door(scope, say_nothing, say_nothing))  # type: ignore[arg-type] # nobody sends
    told = [record.getMessage() for record in caplog.records if record.name == "target_app"]
    assert len(told) == lines
    assert {record.levelno for record in caplog.records} <= {logging.WARNING}
    assert all(
        line.startswith("this server may not keep what wswarm serve does: a fair share ") for line in told
    )
