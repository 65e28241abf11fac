"""What begins one after another, each at its moment."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from typing import Any

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet.commands import LEAD_NS
from wswarm.units import NS_PER_S

Work = Callable[[], Coroutine[Any, Any, None]]


async def run_at(works: Iterable[tuple[int, Work]], is_enough: asyncio.Event, at_once: int = 0) -> None:
    """Begin each at its moment, 0 for now; return when all that were begun are done.

    Args:
        is_enough: Once it is set, nothing is begun that has a moment.
        at_once: So many are under way at once at most, the next ones wait; 0: any number.
    """
    room = asyncio.Semaphore(at_once) if at_once else None
    under_way: set[asyncio.Task[None]] = set()
    for start_ns, work in works:
        wait_ns = start_ns - now_ns()
        if wait_ns > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_ns / NS_PER_S):
                    await is_enough.wait()
        elif start_ns:
            await asyncio.sleep(0)  # late: those that are under way come first, or it gets ever later
        if room is not None:
            await room.acquire()
        if start_ns and is_enough.is_set():
            break
        task = asyncio.create_task(work())
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        if room is not None:
            task.add_done_callback(lambda _: room.release())
    while under_way:
        await asyncio.wait(under_way)


def when_over(end_ns: int, work: Callable[[], object]) -> None:
    """Do it at an end that is near, as one that was just told is; at once if it is past, or far off."""
    wait_ns = end_ns - now_ns()
    if 0 < wait_ns <= LEAD_NS:
        asyncio.get_running_loop().call_later(wait_ns / NS_PER_S, work)
    else:
        work()
