"""Timers of the kernel in the loop: they call back once for each time that they are armed, never early."""

import asyncio
import select
from collections.abc import Awaitable, Callable

import pytest

from wswarm.drive.clock import has_kernel_timer, now_ns
from wswarm.drive.timers import KernelTimer

MS = 1_000_000

pytestmark = pytest.mark.skipif(not has_kernel_timer(), reason="Linux has it")
Play = Callable[["Armed"], Awaitable[None]]


class Armed:
    """A timer that notes when it calls back, and then arms itself as often as it is told."""

    def __init__(self) -> None:
        self.called_ns: list[int] = []
        self.next_ns: list[int] = []
        self.timer = KernelTimer(asyncio.get_running_loop(), self._note)

    def _note(self) -> None:
        self.called_ns.append(now_ns())
        if self.next_ns:
            self.timer.arm(self.next_ns.pop(0))

    async def until_called(self, times: int) -> None:
        """Wait until it has called back so often, and then for a few turns of the loop."""
        while len(self.called_ns) < times:
            await asyncio.sleep(0.001)
        for _ in range(10):
            await asyncio.sleep(0)

    def is_ready(self) -> bool:
        """Return whether the loop would be woken up again."""
        return bool(select.select([self.timer._fd], [], [], 0)[0])


def run(play: Play) -> Armed:
    """Return the timer after the play."""

    async def main() -> Armed:
        armed = Armed()
        try:
            await play(armed)
        finally:
            armed.timer.close()
        return armed

    return asyncio.run(main())


def test_it_calls_back_once_and_leaves_the_loop_alone() -> None:
    async def play(armed: Armed) -> None:
        armed.timer.arm(now_ns())
        await armed.until_called(1)
        assert not armed.is_ready()

    assert len(run(play).called_ns) == 1


def test_armed_in_its_callback_it_calls_back_for_each_moment_and_not_before() -> None:
    moments: list[int] = []

    async def play(armed: Armed) -> None:
        moments.extend(now_ns() + number * MS for number in range(1, 6))
        armed.next_ns = moments[1:]
        armed.timer.arm(moments[0])
        await armed.until_called(5)

    called_ns = run(play).called_ns
    assert len(called_ns) == 5
    assert all(called >= due for called, due in zip(called_ns, moments, strict=True))


def test_armed_anew_after_it_has_expired_it_waits_for_the_later_moment() -> None:
    moments: list[int] = []

    async def play(armed: Armed) -> None:
        armed.timer.arm(1)
        asyncio.get_running_loop().call_soon(lambda: moments.append(now_ns() + 5 * MS))
        await asyncio.sleep(0)
        armed.called_ns.clear()
        armed.timer.arm(1)
        armed.timer.arm(moments[0])
        armed.timer._expired()  # as when the loop had seen it already
        await armed.until_called(1)

    called_ns = run(play).called_ns
    assert len(called_ns) == 1
    assert called_ns[0] >= moments[0]
