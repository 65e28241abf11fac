"""A task that swallows a cancellation ends all the same."""

import asyncio

from target_app.backplane.ending import end
from tests.target_app.backplane.ends import run


def test_a_task_that_swallows_a_cancellation_is_cancelled_again() -> None:
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        while swallowed < 2:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                swallowed += 1

    async def test() -> None:
        task = asyncio.create_task(stubborn())
        await asyncio.sleep(0)
        await asyncio.wait_for(end([task]), 10)
        assert task.done()

    run(test())
    assert swallowed == 2


def test_no_task_is_ended_at_once() -> None:
    run(end([]))
