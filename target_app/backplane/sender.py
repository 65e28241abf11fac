"""The sending half of the numbered backplane: one queue, one connection, numbers given as messages leave."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from target_app.backplane.protocol import BackplaneDown, Counters
from target_app.backplane.sequence import Outgoing
from target_app.backplane.timing import NO_ANSWER, Timing
from target_app.backplane.wire import CONTROL, Control, Wire, write_control, write_message

_log = logging.getLogger(__name__)

MOST_WAITING = 10_000  # messages in the queue; one more raises BackplaneDown
MOST_AT_ONCE = 500  # messages in one batch, a round trip to the backend
MOST_IN_STATE = 500  # channels in one control message


@dataclass(slots=True)
class _Waiting:
    """A message that waits to be sent, and who waits for that."""

    channel: str
    message: str
    done: asyncio.Future[None]


class Sender:
    """Sends messages and control messages in order, and connects again when the backend was gone.

    A number is given when a message is put on the wire, so a message that never got there leaves no hole. After
    every connection, all numbers are told, so that a hole left by the last one is seen.

    Args:
        wire: what sends.
        outgoing: the numbers.
        timing: how long to wait.
        counters: where messages are counted as they are confirmed or not.
        asks: the channels whose numbers this process wants to know after connecting.

    Attributes:
        up: set while connected.
        trouble: why the last connection failed; empty while there is one.
    """

    def __init__(
        self,
        wire: Wire,
        outgoing: Outgoing,
        timing: Timing,
        counters: Counters,
        asks: Callable[[], Collection[str]],
    ) -> None:
        self._wire = wire
        self._outgoing = outgoing
        self._timing = timing
        self._counters = counters
        self._asks = asks
        self._queue: deque[_Waiting | Callable[[], Control]] = deque()
        self._asked: dict[str, None] = {}  # what the question in the queue is to ask for
        self._wake = asyncio.Event()
        self.up = asyncio.Event()
        self.trouble = ""

    async def publish(self, channel: str, message: str) -> None:
        """Send a message; return once the backend has it.

        Raises:
            BackplaneDown: it has not, or not in time, or too many wait already.
        """
        if not self.up.is_set():
            raise down("the backend is not connected", self.trouble)
        if len(self._queue) >= MOST_WAITING:
            raise BackplaneDown(f"{MOST_WAITING} messages wait for the backend already")
        done = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(channel, message, done))
        self._wake.set()
        await done

    def tell(self, channels: Collection[str]) -> None:
        """Tell everybody the last numbers of these channels, behind what waits; nothing while disconnected."""
        for part in _parts(channels) or [[]]:
            self._control(lambda part=part: self._state(part))  # type: ignore[misc] # binds now

    def ask(self, channels: Collection[str]) -> None:
        """Ask everybody for the last numbers of these channels; nothing while disconnected.

        One question asks for all that came together until it leaves: everybody answers every question.
        """
        is_waiting = bool(self._asked)
        self._asked.update(dict.fromkeys(channels))
        if not is_waiting:
            self._queue_question()

    async def run(self) -> None:
        """Send until cancelled; then nobody is left waiting."""
        attempt = 0
        try:
            while True:
                try:
                    await self._connect()
                    attempt = 0
                    while True:
                        await self._send_batch()
                except (BackplaneDown, TimeoutError) as error:
                    self.trouble = str(error) or NO_ANSWER
                    self._fail(down("the backend is gone", self.trouble))
                except (
                    Exception
                ) as error:  # the task's boundary: a bug costs a connection, not the process's voice
                    self.trouble = type(error).__name__
                    _log.exception("the backplane's sender failed")
                    self._fail(BackplaneDown("the backplane's sender failed"))
                await self._close()
                await asyncio.sleep(self._timing.wait(attempt))
                attempt += 1
        finally:
            self._fail(BackplaneDown("the backplane was stopped"))
            await self._close()

    async def _connect(self) -> None:
        async with asyncio.timeout(self._timing.connect):
            await self._wire.open_sender()
        self.up.set()
        self.trouble = ""
        self.tell(self._outgoing.channels())
        self.ask(self._asks())

    async def _close(self) -> None:
        with suppress(BackplaneDown, TimeoutError):
            async with asyncio.timeout(self._timing.connect):
                await self._wire.close_sender()

    async def _send_batch(self) -> None:
        """Wait for something to send, and send up to ``MOST_AT_ONCE`` of what waits."""
        await self._wake.wait()
        if self._outgoing.is_full:
            await self._renew()
        taken = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_AT_ONCE))]
        if not self._queue:
            self._wake.clear()
        waiting = [item for item in taken if isinstance(item, _Waiting)]
        try:
            await self._send([self._write(item) for item in taken])
        except BaseException:
            self._counters.unconfirmed += len(waiting)
            self._queue.extendleft(reversed(waiting))  # to fail with the rest
            raise
        self._counters.published += len(waiting)
        for item in waiting:
            if not item.done.done():
                item.done.set_result(None)

    async def _renew(self) -> None:
        """Begin a new epoch, when everybody has been told all last numbers of the old one.

        All, not the fresh ones: what was lost with an earlier connection shows in nothing else any more.
        """
        outgoing = self._outgoing
        for part in _parts(outgoing.channels()):
            await self._send([(CONTROL, write_control(self._state(part)))])
        outgoing.renew(max(outgoing.epoch + 1, time.time_ns()))
        self._queue.appendleft(lambda: self._state(()))

    async def _send(self, batch: list[tuple[str, str]]) -> None:
        async with asyncio.timeout(self._timing.send):
            await self._wire.send(batch)

    def _write(self, item: _Waiting | Callable[[], Control]) -> tuple[str, str]:
        """The channel and envelope of what is sent now."""
        if not isinstance(item, _Waiting):
            return CONTROL, write_control(item())
        outgoing = self._outgoing
        number = outgoing.number(item.channel)
        return item.channel, write_message(outgoing.origin, outgoing.epoch, number, item.message)

    def _state(self, channels: Collection[str]) -> Control:
        outgoing = self._outgoing
        return Control(outgoing.origin, outgoing.epoch, time.monotonic_ns(), outgoing.last(channels))

    def _queue_question(self) -> None:
        if self._asked and not self._control(self._question):
            self._asked.clear()

    def _question(self) -> Control:
        part = list(islice(self._asked, MOST_IN_STATE))
        for channel in part:
            del self._asked[channel]
        self._queue_question()
        return Control(self._outgoing.origin, self._outgoing.epoch, asks=part)

    def _control(self, make: Callable[[], Control]) -> bool:
        """Queue a control message, if it can be sent; whether it can."""
        can_be_sent = self.up.is_set() and len(self._queue) < 2 * MOST_WAITING
        if can_be_sent:
            self._queue.append(make)
            self._wake.set()
        return can_be_sent

    def _fail(self, error: BackplaneDown) -> None:
        """Tell all who wait that their message was not confirmed."""
        self.up.clear()
        self._wake.clear()
        for item in self._queue:
            if isinstance(item, _Waiting) and not item.done.done():
                item.done.set_exception(error)
        self._queue.clear()
        self._asked.clear()


def _parts(channels: Collection[str]) -> list[list[str]]:
    """Channels in as many parts as there have to be control messages."""
    names = list(channels)
    return [names[start : start + MOST_IN_STATE] for start in range(0, len(names), MOST_IN_STATE)]


def down(what: str, trouble: str) -> BackplaneDown:
    """What failed, and what the backend or its library said last."""
    return BackplaneDown(f"{what}: the backend says: {trouble}" if trouble else what)
