"""What blocks, made inside an event loop: by a thread, which ends early when the awaiting task is cancelled."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
Work = Callable[[Callable[[], bool] | None], Found]


def here_or_aside(work: Work[Found]) -> Found:
    """Return what the work finds; inside a running event loop something to `await` that gives it.

    Args:
        work: Given whether it is to end early, where that can be asked for.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work(None)
    return _aside(work)  # type: ignore[return-value]  # which can be awaited, as can what is found


async def _aside(work: Work[Found]) -> Found:
    is_cancelled = threading.Event()
    try:
        return await asyncio.to_thread(work, is_cancelled.is_set)
    except asyncio.CancelledError:
        is_cancelled.set()
        raise
