"""An application made slower by a known amount."""

import asyncio
import time
from collections.abc import MutableMapping
from typing import Any

import pytest

from wswarm.drive.host.slowed import Slowed, spin

MESSAGES = 100


def taken(slowed_by: dict[str, Any], kind: str = "websocket") -> list[str]:
    """Receive messages through the wrapper; what the application saw."""
    seen: list[str] = []

    async def application(_: MutableMapping[str, Any], receive: Any, __: Any) -> None:
        seen.extend([(await receive())["type"] for _number in range(MESSAGES)])

    async def receive() -> MutableMapping[str, Any]:
        return {"type": f"{kind}.receive"}

    settings = {"spin_ns": 0, "delay_s": 0.0, "every": 50} | slowed_by
    asyncio.run(Slowed(application, **settings)({"type": kind}, receive, None))  # type: ignore[arg-type]
    return seen


@pytest.mark.parametrize("kind", ["websocket", "http"])
def test_every_message_passes_unchanged(kind: str) -> None:
    assert taken({"spin_ns": 1_000}, kind) == [f"{kind}.receive"] * MESSAGES


def test_each_message_costs_the_cpu_that_was_asked_for() -> None:
    before = time.process_time()
    taken({"spin_ns": 1_000_000})
    assert 0.1 <= time.process_time() - before < 0.5


def test_one_message_in_so_many_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(length: float) -> None:
        waited.append(length)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    taken({"delay_s": 0.005, "every": 20})
    assert waited == [0.005] * (MESSAGES // 20)


def test_what_does_not_speak_websocket_is_not_slowed() -> None:
    before = time.process_time()
    taken({"spin_ns": 10_000_000}, "http")
    assert time.process_time() - before < 0.5


def test_no_spin_costs_nothing() -> None:
    before = time.process_time()
    spin(0)
    assert time.process_time() - before < 0.05
