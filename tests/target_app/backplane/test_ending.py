"""A task that swallows a cancellation ends all the same."""

import asyncio
import gc
from typing import Any

from target_app.backplane.ending import end
from tests.target_app.backplane.ends import ends, run
from tests.target_app.backplane.servers import PostgresServer


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


def test_a_backplane_that_is_stopped_at_any_moment_leaves_no_error_that_nobody_hears(
    postgres_server: PostgresServer,
) -> None:
    heard: list[Any] = []

    async def stop_after(delay: float) -> None:
        async with ends(postgres_server.url, 1, channels=()):
            await asyncio.sleep(delay)

    async def test() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context))
        for _ in range(10):
            await asyncio.gather(*(stop_after(number * 0.001) for number in range(6)))
        await asyncio.sleep(0.1)
        gc.collect()

    run(test())
    assert heard == []
