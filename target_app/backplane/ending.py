"""How a backplane's tasks end."""

import asyncio
from collections.abc import Collection
from typing import Any

_AGAIN_S = 0.2


async def end(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel tasks until they have ended, whatever they raise.

    Once is not enough: a library that turns time limits into exceptions may swallow a cancellation that comes at
    the same moment, and its task would go on for ever.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_AGAIN_S)
    await asyncio.gather(*tasks, return_exceptions=True)
