"""What begins one after another, each at its moment."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from typing import Any

from wswarm.drive.clock import now_ns
from wswarm.units import NS_PER_S

Work = Callable[[], Coroutine[Any, Any, None]]


async def run_at(
    works: Iterable[tuple[int, Work]], is_enough: asyncio.Event, grace_s: float | None = None
) -> None:
    """Begin each at its moment, 0 for now; return when all that were begun are done.

    Args:
        is_enough: Once it is set, nothing is begun that has a moment.
        grace_s: So long after that, what has a moment and is still under way is cancelled; `None`: never.
    """
    under_way, timed = set[asyncio.Task[None]](), set[asyncio.Task[None]]()
    for start_ns, work in works:
        wait_ns = start_ns - now_ns()
        if wait_ns > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_ns / NS_PER_S):
                    await is_enough.wait()
        if start_ns and is_enough.is_set():
            break
        task = asyncio.create_task(work())
        for tasks in (under_way, timed) if start_ns else (under_way,):
            tasks.add(task)
            task.add_done_callback(tasks.discard)
    if grace_s is not None and timed:
        await _cancel_late(timed, is_enough, grace_s)
    while under_way:
        await asyncio.wait(under_way)


async def _cancel_late(tasks: set["asyncio.Task[None]"], is_enough: asyncio.Event, grace_s: float) -> None:
    """Wait until all are done, or, once it is enough, for some time, and then cancel those that are not."""
    all_done = asyncio.gather(*tasks, return_exceptions=True)
    enough = asyncio.create_task(is_enough.wait())
    awaited: set[asyncio.Future[Any]] = {all_done, enough}
    await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
    enough.cancel()
    if not all_done.done():
        await asyncio.wait({all_done}, timeout=grace_s)
        for task in tasks.copy():
            task.cancel()
