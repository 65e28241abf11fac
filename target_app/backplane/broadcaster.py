"""encode/broadcaster as a backplane, because FastAPI's page points there. It promises less: see the class."""

import asyncio
from typing import Any

from target_app.backplane.address import check_address, told
from target_app.backplane.ending import end
from target_app.backplane.protocol import (
    AddressError,
    BackplaneDown,
    BackplaneError,
    Counters,
    Deliver,
    OnGap,
)

# Over Redis, broadcaster 0.3.1 stops to listen before its first channel is subscribed, and is set going again by
# the second: with these two open, every channel of the application is heard.
_IDLE = ("target_app:idle:1", "target_app:idle:2")


class BroadcasterBackplane:
    """The protocol over ``broadcaster.Broadcast``; what that library loses is lost without a word.

    It never reports a gap: its messages carry no numbers. It does not see that Redis has gone, so it delivers
    nothing from then on, for ever; a subscription's confirmation is that of its own subscribe call. First
    subscriptions of one channel at the same time overwrite each other there, so one lock keeps them apart here.
    Its queues have no bound.

    Args:
        url: as broadcaster reads it: ``memory://``, ``redis://…``, ``postgres://…``.

    Raises:
        AddressError: broadcaster does not know such an address.
        BackplaneError: broadcaster, or what it needs for this address, is not installed.
    """

    def __init__(self, url: str) -> None:
        check_address(url)
        self._url = url
        try:
            from broadcaster import Broadcast
        except ImportError:
            raise BackplaneError(
                "this backplane needs encode/broadcaster: pip install 'broadcaster[redis,postgres]'"
            ) from None
        try:
            self._broadcast: Any = Broadcast(url)
        except ImportError as error:
            raise BackplaneError(f"broadcaster needs more for this address: {told(error, url)}") from None
        except (ValueError, AssertionError) as error:
            raise AddressError(f"broadcaster: {told(error, url)}") from None
        self._deliver: Deliver | None = None
        self._users: dict[str, int] = {}
        self._readers: dict[str, asyncio.Task[None]] = {}
        self._lock = asyncio.Lock()
        self._counters = Counters()

    @property
    def counters(self) -> Counters:
        """What has gone through so far; gaps are never known."""
        return self._counters

    async def start(self, deliver: Deliver, on_gap: OnGap) -> None:  # noqa: ARG002 # it knows of no gaps
        """Connect.

        Raises:
            BackplaneDown: the backend cannot be reached.
        """
        self._deliver = deliver
        try:
            await self._broadcast.connect()
        except Exception as error:  # whatever its backend's library raises
            raise self._down(error) from None
        for channel in _IDLE:
            await self.subscribe(channel)

    async def subscribe(self, channel: str) -> None:
        """Return when broadcaster's subscribe has.

        Raises:
            BackplaneDown: it failed.
        """
        async with self._lock:
            if channel not in self._users:
                ready = asyncio.get_running_loop().create_future()
                self._readers[channel] = asyncio.create_task(self._read(channel, ready))
                try:
                    await ready
                except BaseException:
                    await self._end(channel)
                    raise
            self._users[channel] = self._users.get(channel, 0) + 1

    async def unsubscribe(self, channel: str) -> None:
        """Take one subscription back.

        Raises:
            ValueError: the channel is not subscribed.
        """
        async with self._lock:
            if channel not in self._users:
                raise ValueError(f"{channel!r} is not subscribed")
            self._users[channel] -= 1
            if not self._users[channel]:
                del self._users[channel]
                await self._end(channel)

    async def publish(self, channel: str, message: str) -> None:
        """Hand it to broadcaster.

        Raises:
            BackplaneDown: it raised.
        """
        try:
            await self._broadcast.publish(channel, message)
        except Exception as error:  # whatever its backend's library raises
            self._counters.publish_failures += 1
            raise self._down(error) from None
        self._counters.published += 1

    async def stop(self) -> None:
        """Disconnect."""
        async with self._lock:
            for channel in list(self._readers):
                await self._end(channel)
            self._users.clear()
            await asyncio.gather(self._broadcast.disconnect(), return_exceptions=True)

    async def _read(self, channel: str, ready: asyncio.Future[None]) -> None:
        """Deliver what broadcaster's subscriber yields, until cancelled."""
        try:
            async with self._broadcast.subscribe(channel=channel) as subscriber:
                ready.set_result(None)
                async for event in subscriber:
                    self._counters.delivered += 1
                    if self._deliver is not None:
                        self._deliver(channel, event.message)
        except Exception as error:  # whatever its backend's library raises
            if not ready.done():
                ready.set_exception(self._down(error))

    def _down(self, error: Exception) -> BackplaneDown:
        return BackplaneDown(f"broadcaster: {told(error, self._url)}")

    async def _end(self, channel: str) -> None:
        """End a reader; its own disconnect can hang, so the task is cancelled."""
        reader = self._readers.pop(channel)
        await end([reader])
