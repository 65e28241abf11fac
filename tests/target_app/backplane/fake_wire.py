"""A backend in this process, for what no real one does on demand."""

import asyncio
from collections.abc import Collection, Sequence

from target_app.backplane.protocol import BackplaneDown
from target_app.backplane.wire import CONTROL, Received


class FakeWire:
    """Sends to itself.

    Attributes:
        sent: pairs of channel and envelope that were taken, in order.
        trouble: what connecting and sending fail with, while it is set.
        unlistening: cleared, ``unlisten`` waits until it is set.
        listened: channels asked for and not taken back.
    """

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.trouble: str | None = None
        self.unlistening = asyncio.Event()
        self.unlistening.set()
        self.listened: set[str] = set()
        self._stream: asyncio.Queue[Received | None] = asyncio.Queue()

    async def open_sender(self) -> None:
        self._check()

    async def send(self, batch: Sequence[tuple[str, str]]) -> None:
        self._check()
        self.sent += batch
        for channel, text in batch:
            if channel in self.listened:
                self._stream.put_nowait(Received("message", channel, text))

    def arrive(self, channel: str, text: str) -> None:
        """Somebody else's message comes."""
        self._stream.put_nowait(Received("message", channel, text))

    def cut(self) -> None:
        """The connection that receives is gone, once."""
        self._stream.put_nowait(None)

    async def close_sender(self) -> None:
        pass

    async def open_receiver(self, channels: Collection[str]) -> None:
        self._check()
        self.listened.clear()
        for channel in (*channels, CONTROL):
            await self.listen(channel)

    async def receive(self) -> Received:
        received = await self._stream.get()
        if received is None:
            raise BackplaneDown("cut")
        return received

    async def listen(self, channel: str) -> None:
        self.listened.add(channel)
        self._stream.put_nowait(Received("listening", channel))

    async def unlisten(self, channel: str) -> None:
        await self.unlistening.wait()
        self.listened.discard(channel)

    async def ping(self) -> None:
        self._stream.put_nowait(Received("alive"))

    async def close_receiver(self) -> None:
        pass

    def _check(self) -> None:
        if self.trouble is not None:
            raise BackplaneDown(self.trouble)
