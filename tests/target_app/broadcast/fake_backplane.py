"""A backplane that keeps what it was asked."""

import asyncio
from typing import Any

from target_app.backplane.protocol import BackplaneDown, Deliver, OnGap
from target_app.broadcast.manager import ConnectionManager


class Backplane:
    """A backplane of one process that says what it was asked, or is down.

    Attributes:
        asked: what it was, in order.
        is_down: subscriptions and publications fail.
        is_open: cleared, a subscription waits until it is set.
        on_gap: who wants to know of gaps.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_down = False
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.on_gap: OnGap | None = None
        self._deliver: Deliver | None = None

    async def start(self, deliver: Deliver, on_gap: OnGap) -> None:
        self._deliver, self.on_gap = deliver, on_gap

    async def subscribe(self, channel: str) -> None:
        await self.is_open.wait()
        self._do(f"+{channel}")

    def held(self) -> dict[str, int]:
        """Subscriptions that were not taken back, by channel."""
        channels = [what[1:] for what in self.asked if what[0] == "+"]
        counts = {channel: self.asked.count(f"+{channel}") for channel in channels}
        left = {channel: count - self.asked.count(f"-{channel}") for channel, count in counts.items()}
        return {channel: count for channel, count in left.items() if count}

    async def unsubscribe(self, channel: str) -> None:
        self.asked.append(f"-{channel}")

    async def publish(self, channel: str, message: str) -> None:
        self._do(f"{channel}: {message}")
        assert self._deliver is not None
        self._deliver(channel, message)

    async def stop(self) -> None:
        self.asked.append("stop")

    def _do(self, what: str) -> None:
        if self.is_down:
            raise BackplaneDown("gone")
        self.asked.append(what)


async def started(backplane: Any) -> ConnectionManager:
    """A manager on this backplane."""
    manager = ConnectionManager(backplane=backplane)
    await manager.start()
    return manager
