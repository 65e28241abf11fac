"""What blocks, called inside an event loop and outside of one."""

import asyncio
import threading

import pytest

from wswarm.aside import here_or_aside


def test_outside_of_a_loop_it_is_done_here() -> None:
    assert here_or_aside(lambda asked: (asked, threading.current_thread())) == (
        None,
        threading.current_thread(),
    )


def test_inside_of_a_loop_it_is_awaited_and_the_loop_goes_on() -> None:
    async def measure() -> str:
        has_gone_on = threading.Event()
        asyncio.get_running_loop().call_soon(has_gone_on.set)
        return await here_or_aside(lambda _: has_gone_on.wait(60) and "found")  # type: ignore[misc]

    assert asyncio.run(measure()) == "found"


def test_who_cancels_asks_for_an_early_end() -> None:
    has_begun, has_ended = threading.Event(), threading.Event()

    def work(asked) -> None:
        has_begun.set()
        while not asked():
            threading.Event().wait(0.01)
        has_ended.set()

    async def measure() -> None:
        task = asyncio.ensure_future(here_or_aside(work))
        await asyncio.to_thread(has_begun.wait, 60)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(measure())
    assert has_ended.wait(60)
