"""Sessions that sleep."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from wswarm.drive.clock import now_ns
from wswarm.drive.script.sleeps import Sleeps

MS = 1_000_000


class Timers:
    """A loop's timers, counted."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.count = 0
        loop = asyncio.get_running_loop()
        self._later = loop.call_later
        patch.setattr(loop, "call_later", self._counted)

    def _counted(self, delay: float, callback: Callable[..., object], *args: Any) -> asyncio.TimerHandle:
        self.count += 1
        return self._later(delay, callback, *args)


def test_those_that_end_in_the_same_millisecond_share_a_timer_and_none_ends_early(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def test() -> None:
        timers, sleeps = Timers(monkeypatch), Sleeps()
        began_ns = now_ns()
        sleeping = [sleeps.until_over(0.02) for _ in range(1_000)]
        made_in_ms = (now_ns() - began_ns) // MS + 2
        assert timers.count <= made_in_ms
        await asyncio.wait(sleeping)
        assert now_ns() - began_ns >= 19 * MS
        assert not sleeps._ending

    asyncio.run(test())


def test_one_that_is_cut_off_leaves_the_others_asleep_and_woken() -> None:
    async def test() -> None:
        sleeps = Sleeps()
        one, other = sleeps.until_over(0.01), sleeps.until_over(0.01)
        one.cancel()
        await other
        assert one.cancelled()

    asyncio.run(test())


def test_no_sleep_is_too_long() -> None:
    async def test() -> None:
        assert not Sleeps().until_over(float("inf")).done()

    asyncio.run(test())
