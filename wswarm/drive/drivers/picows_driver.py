"""The default driver: sends through picows, a thin and fast WebSocket in Cython, and reads frames by itself.

picows hands over every frame as an object whose opcode costs more to ask for than all the rest of a message; the
bytes themselves tell a whole small message, as most are, by two of them.
"""

import asyncio
import logging
from functools import partial

import aiofastnet
import picows

from wswarm.drive.drivers import frames
from wswarm.drive.drivers.connection import (
    Connection,
    Ended,
    Events,
    Settings,
    Stopwatch,
    Timing,
    hang_up,
    mistake,
    reset,
)
from wswarm.drive.drivers.frames import WHOLE, Broken, Frames
from wswarm.drive.drivers.opening import Upgrade, open_connection
from wswarm.drive.drivers.resets import Resets, resets_unseen_by
from wswarm.drive.drivers.tap import Tap
from wswarm.load.request import Request
from wswarm.load.upgrade import Answer, agreed_subprotocol

# An adapter, because picows makes a child of a plain Logger for every connection: 1.5 KB each.
_LOG: "logging.LoggerAdapter[logging.Logger]" = logging.LoggerAdapter(logging.getLogger("wswarm.picows"), {})
_TEXT, _BINARY = (
    picows.WSMsgType.TEXT,
    picows.WSMsgType.BINARY,
)  # to look them up takes as long as a short call
_SMALL = 128
_READ_ON_S = 0.001


class PicowsConnection(asyncio.Protocol):
    """One connection: its bytes in, the events of `Events` out."""

    __slots__ = (
        "_ended",
        "_events",
        "_kind",
        "_number",
        "_ping",
        "_resets",
        "_row",
        "_sender",
        "_take",
        "_transport",
        "address",
        "data_received",
        "is_open",
        "is_writable",
        "subprotocol",
        "timing",
        "unread",
    )

    def __init__(self, events: Events, *, is_binary: bool) -> None:
        self.attach(events)
        self._kind = _BINARY if is_binary else _TEXT
        self.unread: Frames | None = None
        self._ping: bytes | None = None  # to be answered when there is room
        self._sender: picows.WSTransport | None = None
        self._transport: asyncio.Transport | None = None
        self._resets: Resets | None = None
        self._number = -1
        self._ended: Ended | None = Ended("1006")
        self.subprotocol: str | None = None
        self.address = ""
        self.is_open = False
        self.is_writable = True
        self.timing = Timing(0, 0, 0, 0, 0)

    def attach(self, events: Events) -> None:
        """Tell somebody else what comes from now on."""
        self._events = events
        self._take = events.take
        self._row = events.row
        read = self.read if events.kind is None else self._read  # which tells the kind
        self.data_received = read if events.frames is None else events.frames(events.row, self)  # type: ignore[assignment]

    def open(self, transport: asyncio.Transport, answer: Answer, rest: bytes, timing: Timing) -> None:
        """Go on with an upgraded connection; `rest` came right behind the answer."""
        self.timing, self.subprotocol = timing, agreed_subprotocol(answer)
        self._transport = transport
        self._sender = picows.WSTransport(True, transport, _LOG, asyncio.get_running_loop())  # type: ignore[call-arg]
        self.is_open = True
        transport.set_protocol(self)
        resets = resets_unseen_by(asyncio.get_running_loop())
        if resets is not None:
            self._resets, self._number = resets, transport.get_extra_info("socket").fileno()
            resets.watch(self._number, self._read_on)
        if rest:
            self.data_received(rest)

    def read(self, data: bytes) -> None:
        """Take what came: one whole small message as a rule, told by its first two bytes."""
        if self.unread is None and 1 < len(data) < _SMALL and data[1] == len(data) - 2 and data[0] in WHOLE:
            payload = data[2:]
            if not self._take(self._row, payload):
                self._events.unmarked(payload)
            return
        self._read(data)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        if self._resets is not None:
            self._resets.forget(self._number)
        self._sender = None  # it would write to whatever has the socket's number next
        self._tell(self._ended and (mistake(error) or self._ended))

    def pause_writing(self) -> None:
        self.is_writable = False

    def resume_writing(self) -> None:
        self.is_writable = True
        if self._ping is not None:
            self._answer(self._ping)
        self._events.writable()

    def send(self, payload: bytes) -> None:
        """Send one message at once."""
        if self._sender is not None:
            self._sender.send(self._kind, payload)

    def say(self, payload: bytes, *, is_binary: bool = False) -> None:
        """Send one message at once, as text unless told otherwise."""
        if self._sender is not None:
            self._sender.send(_BINARY if is_binary else _TEXT, payload)

    def ping(self, payload: bytes) -> None:
        """Send a ping at once."""
        if self._sender is not None:
            self._sender.send_ping(payload)

    def tap(self) -> Tap | None:
        """Return what comes in, `None` if nothing can."""
        if self._transport is None or not self.is_open:
            return None
        return Tap(self._transport, self.data_received)

    def say_goodbye(self) -> None:
        """Send a close frame with 1000 and read no more."""
        if self._transport is not None and self._sender is not None and self.is_open:
            self._ended = Ended(None)
            self._sender.send_close(picows.WSCloseCode.OK)
            self._transport.pause_reading()

    def abort(self) -> None:
        """End the TCP connection."""
        if self._transport is not None:
            hang_up(self._transport)

    def reset(self) -> None:
        """End the TCP connection by a reset."""
        if self._transport is not None:
            reset(self._transport)

    def _read_on(self) -> None:
        """Have what came before a reset be read, a piece at a time, and the reset behind it be seen."""
        transport = self._transport
        if transport is not None and transport.is_reading() and not transport.is_closing():
            transport.pause_reading()
            transport.resume_reading()
            asyncio.get_running_loop().call_later(_READ_ON_S, self._read_on)

    def _read(self, data: bytes) -> None:
        """Take the messages that the bytes complete, and obey control frames."""
        if not self.is_open:
            return
        reading, note_kind = self.unread or Frames(), self._events.kind
        self.unread = reading
        try:
            for opcode, payload in reading.feed(data):
                if opcode < frames.CLOSE:
                    if note_kind is not None:
                        note_kind(opcode)
                    if not self._take(self._row, payload):
                        self._events.unmarked(payload)
                elif self._obey(opcode, payload):
                    return
        except Broken as broken:
            why = f"{broken.code}: the target sent {broken.why}"
            self._close(Ended(None, why), broken.code.to_bytes(2, "big") + broken.why.encode())
            return
        if reading.is_idle:
            self.unread = None

    def _obey(self, opcode: int, payload: bytes) -> bool:
        """Do what a control frame asks for; return whether it was the last."""
        if opcode == frames.PING:
            self._answer(payload)
            if self._events.pinged is not None:
                self._events.pinged(payload)
        elif opcode == frames.PONG:
            self._events.pong(payload)
        elif opcode == frames.CLOSE:
            code, reason = frames.close_of(payload)
            self._close(Ended(str(code), reason), payload)
            return True
        return False

    def _answer(self, ping: bytes) -> None:
        """Send a pong; while the write buffer has no room, of the latest ping alone (RFC 6455 section 5.5.3)."""
        self._ping = None if self.is_writable else ping
        if self.is_writable and self._sender is not None:
            self._sender.send_pong(ping)

    def _close(self, ended: Ended, payload: bytes) -> None:
        """Send a close frame and hang up; what comes then is not read."""
        self.is_open = False
        if self._sender is not None and self._transport is not None:
            self._sender.send(picows.WSMsgType.CLOSE, payload)
            self._sender = None
            self._transport.close()
        self._tell(ended)

    def _tell(self, ended: Ended | None) -> None:
        """Say once how the connection ended: when a close frame is read, whenever TCP may end."""
        self._ended = None
        if ended is not None:
            self._events.closed(ended)


async def connect(request: Request, number: int, settings: Settings, events: Events) -> Connection:
    """Return an open connection; see `Driver`."""
    connection = PicowsConnection(events, is_binary=settings.is_binary)
    watch = Stopwatch(is_tls=request.is_secure)

    def take_over(transport: asyncio.Transport, answer: Answer, rest: bytes) -> None:
        connection.open(transport, answer, rest, watch.opened())

    create_connection = partial(aiofastnet.create_connection, asyncio.get_running_loop())
    connection.address = await open_connection(
        number, Upgrade(request, settings, watch, "", take_over), create_connection
    )
    return connection
