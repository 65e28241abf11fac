"""The receiving half of the numbered backplane: one connection that is never silent for long."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from contextlib import suppress

from target_app.backplane.ending import end
from target_app.backplane.protocol import BackplaneDown
from target_app.backplane.timing import NO_ANSWER, Timing
from target_app.backplane.wire import CONTROL, Received, Wire

_log = logging.getLogger(__name__)

TURN_NS = 1_000_000  # what has come at once is taken for this long, then the event loop has a turn


class Receiver:
    """Receives in order, and connects again when the backend was gone or silent.

    Args:
        wire: what receives.
        timing: how long to wait.
        listened: the channels to listen to after connecting.
        take: called with everything that comes, in order.
        lost: called whenever messages may have been missed: ``True`` if the link had been up.

    Attributes:
        up: set while every channel is listened to.
        trouble: why the last connection failed; empty while there is one.
    """

    def __init__(
        self,
        wire: Wire,
        timing: Timing,
        listened: Callable[[], Collection[str]],
        take: Callable[[Received], None],
        lost: Callable[[bool], None],
    ) -> None:
        self._wire = wire
        self._timing = timing
        self._listened = listened
        self._take = take
        self._lost = lost
        self._heard_ns = 0
        self.up = asyncio.Event()
        self.trouble = ""

    async def run(self) -> None:
        """Receive until cancelled."""
        attempt = 0
        while True:
            try:
                await self._receive_once()
            except (BackplaneDown, TimeoutError) as error:
                self.trouble = str(error) or NO_ANSWER
            except (
                Exception
            ) as error:  # the task's boundary: a bug costs a connection, not the process's ears
                self.trouble = type(error).__name__
                _log.exception("the backplane's receiver failed")
            was_up = self.up.is_set()
            self.up.clear()
            self._lost(was_up)
            attempt = 0 if was_up else attempt + 1
            await asyncio.sleep(self._timing.wait(attempt))

    async def _receive_once(self) -> None:
        """Connect, and receive until the connection fails or is silent for too long."""
        try:
            async with asyncio.timeout(self._timing.connect):
                await self._wire.open_receiver(self._listened())
            self._heard_ns = time.monotonic_ns()
            reading = asyncio.create_task(self._read())
            try:
                while not reading.done():
                    asked_ns = time.monotonic_ns()
                    await asyncio.wait({reading}, timeout=self._timing.quiet / 3)
                    self._excuse(asked_ns)
                    await self._check_alive()
                await reading
            finally:
                await end([reading])
        finally:
            with suppress(BackplaneDown, TimeoutError):
                async with asyncio.timeout(self._timing.connect):
                    await self._wire.close_receiver()

    async def _read(self) -> None:
        """Take what comes; the control channel is the last that a new connection confirms."""
        turned_ns = 0
        while True:
            received = await self._wire.receive()
            self._heard_ns = time.monotonic_ns()
            if received.kind == "listening" and received.channel == CONTROL:
                self.up.set()
                self.trouble = ""
            if received.kind != "alive":
                self._take(received)
            if self._heard_ns - turned_ns > TURN_NS:
                await asyncio.sleep(0)
                turned_ns = time.monotonic_ns()

    def _excuse(self, asked_ns: int) -> None:
        """Silence while this process stood still was its own: what the backend sent meanwhile is still to be read."""
        now_ns = time.monotonic_ns()
        if now_ns - asked_ns > self._timing.quiet * 1e9:
            self._heard_ns = now_ns

    async def _check_alive(self) -> None:
        """Ask a silent backend for a sign of life.

        Raises:
            BackplaneDown: it has been silent for too long.
        """
        silent_s = (time.monotonic_ns() - self._heard_ns) / 1e9
        if silent_s > self._timing.dead:
            raise BackplaneDown(f"the backend has been silent for {silent_s:.1f} s")
        if silent_s > self._timing.quiet:
            async with asyncio.timeout(self._timing.send):
                await self._wire.ping()
