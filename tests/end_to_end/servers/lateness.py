"""How late a server's loop was at worst: what a test can't hold against the instrument."""

import asyncio
from time import monotonic_ns

_TICK_S = 0.01
NS_PER_S = 1_000_000_000


class Lateness:
    """Looks a hundred times a second whether the loop comes in time.

    Attributes:
        longest_ns: How late it was at worst.
    """

    def __init__(self) -> None:
        self.longest_ns = 0
        self._task = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        while True:
            due_ns = monotonic_ns() + round(_TICK_S * NS_PER_S)
            await asyncio.sleep(_TICK_S)
            self.longest_ns = max(self.longest_ns, monotonic_ns() - due_ns)
