"""Ends of a backplane in one process, each as a worker would hold it, and what reached them."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any

from target_app.backplane.choose import choose
from target_app.backplane.protocol import Backplane, Counters, Gap

PATIENCE = 120.0  # seconds until a test gives up on what has to happen: a guard, never a measurement


class End:
    """One end, started.

    Attributes:
        received: channel and message of all that was delivered, in order.
        gaps: all that were reported.
    """

    def __init__(self, backplane: Backplane) -> None:
        self.backplane = backplane
        self.received: list[tuple[str, str]] = []
        self.gaps: list[Gap] = []

    async def start(self) -> None:
        await self.backplane.start(lambda *message: self.received.append(message), self.gaps.append)

    @property
    def counters(self) -> Counters:
        return self.backplane.counters

    @property
    def messages(self) -> list[str]:
        """What was delivered, of all channels."""
        return [message for _, message in self.received]

    async def subscribe(self, channel: str = "x") -> None:
        await self.backplane.subscribe(channel)

    async def unsubscribe(self, channel: str = "x") -> None:
        await self.backplane.unsubscribe(channel)

    async def publish(self, message: str, channel: str = "x") -> None:
        await self.backplane.publish(channel, message)


@asynccontextmanager
async def ends(url: str, count: int = 2, *, channels: Iterable[str] = ("x",)) -> AsyncIterator[list[End]]:
    """Some ends that subscribe to the same channels."""
    made = [End(choose(url)) for _ in range(count)]
    try:
        for end in made:
            await end.start()
        for end in made:
            for channel in channels:
                await end.subscribe(channel)
        yield made
    finally:
        for end in made:
            await end.backplane.stop()


async def until(holds: Callable[[], bool], what: str = "it") -> None:
    """Wait for something that has to happen."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"{what} does not happen"
        await asyncio.sleep(0.01)


async def until_works(attempt: Callable[[], Awaitable[Any]]) -> None:
    """Try until it raises no ConnectionError."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            await attempt()
        except ConnectionError:
            assert time.monotonic() < deadline, "it does not work again"
            await asyncio.sleep(0.05)
        else:
            return


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run a test's coroutine; one that hangs fails."""

    async def bounded() -> None:
        async with asyncio.timeout(2 * PATIENCE):
            await test

    asyncio.run(bounded())
