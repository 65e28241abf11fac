"""The backplane over a backend that loses messages when it is gone: numbers show every loss."""

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import Collection
from contextlib import suppress

from target_app.backplane.ending import end
from target_app.backplane.protocol import BackplaneDown, Counters, Deliver, Gap, OnGap
from target_app.backplane.receiver import Receiver
from target_app.backplane.sender import Sender, down
from target_app.backplane.sequence import Incoming, Outgoing
from target_app.backplane.timing import Timing
from target_app.backplane.wire import CONTROL, Control, Received, Wire, read_control, read_message

_log = logging.getLogger(__name__)


class _Room:
    """A channel's subscriptions; the lock keeps a first one and a last one's end apart."""

    __slots__ = ("is_listening", "lock", "users")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0
        self.is_listening = False


class NumberedBackplane:
    """One process's end: a sender, a receiver that is never silent for long, and who is owed what.

    Args:
        wire: the backend.
        timing: how long to wait for it.
        origin: the name of this process, unique among all that share the backend; made up when not given.
    """

    def __init__(self, wire: Wire, timing: Timing | None = None, origin: str | None = None) -> None:
        self._wire = wire
        self._timing = timing or Timing()
        name = origin or f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._outgoing = Outgoing(name.replace(" ", "-"), time.time_ns())
        self._incoming = Incoming()
        self._counters = Counters()
        self._sender = Sender(wire, self._outgoing, self._timing, self._counters, self._listened)
        self._receiver = Receiver(wire, self._timing, self._listened, self._received, self._lost)
        self._rooms: dict[str, _Room] = {}
        self._confirmations: dict[str, asyncio.Future[None]] = {}
        self._told = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._deliver: Deliver = _ignore
        self._on_gap: OnGap = _ignore

    @property
    def counters(self) -> Counters:
        """What has gone through so far."""
        return self._counters

    @property
    def origin(self) -> str:
        """The name of this process in gaps."""
        return self._outgoing.origin

    @property
    def _trouble(self) -> str:
        """What the backend said last, of whichever connection it is gone."""
        return self._receiver.trouble or self._sender.trouble

    async def start(self, deliver: Deliver, on_gap: OnGap) -> None:
        """Connect, and keep connecting from then on.

        Raises:
            BackplaneDown: the backend does not answer now.
        """
        self._deliver, self._on_gap = deliver, on_gap
        runs = (self._sender.run(), self._receiver.run(), self._beat())
        self._tasks = [asyncio.create_task(run) for run in runs]
        try:
            async with asyncio.timeout(self._timing.connect + self._timing.subscribe):
                await self._receiver.up.wait()
                await self._sender.up.wait()
        except TimeoutError:
            await self.stop()
            what = "the backend does not answer (is it running, are address and password right?)"
            raise down(what, self._trouble) from None
        except BaseException:
            await self.stop()
            raise
        self._sender.tell(())

    async def stop(self) -> None:
        """Disconnect; who waits in ``publish`` gets ``BackplaneDown``."""
        await end(self._tasks)
        self._tasks = []

    async def publish(self, channel: str, message: str) -> None:
        """Send to every process; return once the backend has it.

        Raises:
            BackplaneDown: it was not confirmed; this is counted.
            UnicodeEncodeError: the text has half a surrogate pair.
            ValueError: the channel has no name.
        """
        _check_name(channel)
        message.encode()
        try:
            await self._sender.publish(channel, message)
        except BackplaneDown:
            self._counters.publish_failures += 1
            raise

    async def subscribe(self, channel: str) -> None:
        """Return when the backend has confirmed the channel and live origins have told where their numbers stand.

        While the link is down a channel that is listened to already takes more subscriptions: what they miss is
        reported.

        Raises:
            BackplaneDown: the backend did not confirm it in time.
            UnicodeEncodeError: the name has half a surrogate pair.
            ValueError: the channel has no name.
        """
        _check_name(channel)
        room = self._rooms.setdefault(channel, _Room())
        room.users += 1
        try:
            async with room.lock:
                if not room.is_listening:
                    await self._listen(channel)
                    room.is_listening = True
        except BaseException:
            room.users -= 1
            self._tidy(channel, room)
            raise

    async def unsubscribe(self, channel: str) -> None:
        """Take one subscription back; the last one ends delivery.

        Raises:
            ValueError: the channel is not subscribed.
        """
        room = self._rooms.get(channel)
        if room is None or not room.is_listening:
            raise ValueError(f"{channel!r} is not subscribed")
        room.users -= 1
        if room.users:
            return
        try:
            async with room.lock:
                if not room.users and room.is_listening:
                    room.is_listening = False
                    await self._unlisten(channel)
        finally:
            self._tidy(channel, room)

    def _tidy(self, channel: str, room: _Room) -> None:
        """Forget a channel that nobody uses any more; whoever holds its lock is about to do that."""
        if not room.users and not room.lock.locked() and self._rooms.get(channel) is room:
            room.is_listening = False
            self._incoming.unsubscribed(channel)
            del self._rooms[channel]

    async def _listen(self, channel: str) -> None:
        """Ask the backend for a channel until it is confirmed, over a reconnection if need be."""
        confirmed = self._confirmations[channel] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._timing.subscribe):
                if self._receiver.up.is_set():
                    await self._wire.listen(channel)
                await confirmed
            await self._learn(channel)
        except (TimeoutError, BackplaneDown):
            await self._unlisten(channel)
            raise down(f"the subscription of {channel!r} was not confirmed", self._trouble) from None
        except BaseException:
            await self._unlisten(channel)
            raise
        finally:
            self._confirmations.pop(channel, None)

    async def _unlisten(self, channel: str) -> None:
        """Stop listening; if the backend is gone it has stopped already."""
        self._incoming.unsubscribed(channel)
        with suppress(BackplaneDown, TimeoutError):
            async with asyncio.timeout(self._timing.send):
                await self._wire.unlisten(channel)

    async def _learn(self, channel: str) -> None:
        """Wait a little until every live origin has told its last number of a new channel."""
        self._sender.ask([channel])
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timing.answer):
                while self._incoming.unanswered(channel, time.monotonic_ns()):
                    self._told.clear()
                    await self._told.wait()

    def _listened(self) -> Collection[str]:
        """The channels that the receiver listens to, or is about to."""
        listening = [channel for channel, room in self._rooms.items() if room.is_listening]
        return {*listening, *self._confirmations}

    def _is_listened(self, channel: str) -> bool:
        room = self._rooms.get(channel)
        return channel in self._confirmations or (room is not None and room.is_listening)

    def _received(self, received: Received) -> None:
        if received.kind == "listening":
            self._begin(received.channel)
        else:
            with suppress(ValueError):  # somebody else's message: neither counted nor owed
                self._take(received)

    def _lost(self, was_up: bool) -> None:
        self._incoming.link_lost()
        self._counters.link_losses += was_up

    def _begin(self, channel: str) -> None:
        """The backend confirmed a channel; the control channel is the last of a new connection."""
        if channel == CONTROL:
            self._incoming.link_restored(time.monotonic_ns())
            self._sender.ask(self._listened())
        elif self._is_listened(channel):
            self._incoming.subscribed(channel, time.time_ns())
            confirmed = self._confirmations.get(channel)
            if confirmed is not None and not confirmed.done():
                confirmed.set_result(None)

    def _take(self, received: Received) -> None:
        """Deliver a message, or hear what an origin tells or asks."""
        now_ns = time.monotonic_ns()
        if received.channel == CONTROL:
            self._hear(read_control(received.text), now_ns)
            return
        numbered = read_message(received.text)
        is_next, gaps = self._incoming.message(
            numbered.origin, numbered.epoch, received.channel, numbered.number, now_ns
        )
        self._report(gaps)
        if is_next:
            self._counters.delivered += 1
            self._deliver(received.channel, numbered.message)
        elif self._incoming.is_owed(received.channel):
            self._counters.late += 1

    def _hear(self, control: Control, now_ns: int) -> None:
        if control.asks:
            self._sender.tell(control.asks)
        if control.last is None:
            return
        if control.origin == self.origin:
            self._counters.lag_ns = now_ns - control.sent_ns
        self._report(self._incoming.state(control.origin, control.epoch, control.last, now_ns))
        self._told.set()

    async def _beat(self) -> None:
        """Tell the numbers that are new, and ask again for those that are not known, until cancelled."""
        while True:
            await asyncio.sleep(self._timing.heartbeat)
            self._sender.tell(self._outgoing.take_fresh())
            if self._receiver.up.is_set():
                self._sender.ask(self._incoming.unsure())
                self._report(self._incoming.expire(time.monotonic_ns()))

    def _report(self, gaps: list[Gap]) -> None:
        for gap in gaps:
            self._counters.gaps += 1
            if gap.count is None:
                self._counters.unknown_gaps += 1
            else:
                self._counters.missed += gap.count
            try:
                self._on_gap(gap)
            except Exception:  # the application's: it costs neither the heartbeat nor the link
                _log.exception("a gap could not be told")


def _check_name(channel: str) -> None:
    """Refuse what a backend cannot carry, before it stops the connection for everybody."""
    if channel == CONTROL:
        raise ValueError("a channel needs a name")
    channel.encode()


def _ignore(*_: object) -> None:
    """Before the start nothing is delivered or reported."""
