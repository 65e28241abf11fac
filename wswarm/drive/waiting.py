"""Waiting for a moment that may be moved meanwhile."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from wswarm.drive.clock import now_ns
from wswarm.units import NS_PER_S

_LONG_S = 3_600.0


async def wait_until(moment_ns: Callable[[], int], moved: asyncio.Event) -> None:
    """Wait until a moment, which is asked for anew whenever `moved` is set."""
    while (left_ns := moment_ns() - now_ns()) > 0:
        moved.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(moved.wait(), min(left_ns / NS_PER_S, _LONG_S))
