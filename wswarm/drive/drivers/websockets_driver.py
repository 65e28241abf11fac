"""The second driver: the `websockets` library, for permessage-deflate and as an independent check of the first.

The opening handshake is our own, the same for both drivers; from there on the library's protocol reads and writes.
"""

import asyncio
from typing import Any, cast

from websockets.exceptions import InvalidHeader, NegotiationError
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.headers import build_extension, parse_extension
from websockets.protocol import OPEN

from wswarm.drive.drivers import frames
from wswarm.drive.drivers.connection import (
    Connection,
    Ended,
    Events,
    HandshakeFailed,
    Settings,
    Stopwatch,
    Timing,
    hang_up,
    mistake,
    reset,
)
from wswarm.drive.drivers.opening import Upgrade, open_connection
from wswarm.drive.drivers.tap import Tap
from wswarm.drive.drivers.websockets_protocol import StrictProtocol, ended_by_us
from wswarm.load.request import Request
from wswarm.load.upgrade import Answer, agreed_subprotocol, wrong_extension

_DEFLATE = ClientPerMessageDeflateFactory(compress_settings={"memLevel": 5})
_DATA = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)


class WebsocketsConnection(asyncio.Protocol):
    """One connection: its bytes in, the events of `Events` out."""

    __slots__ = (
        "_events",
        "_is_leaving",
        "_is_text",
        "_is_told",
        "_opcode",
        "_parts",
        "_protocol",
        "_transport",
        "address",
        "is_open",
        "is_writable",
        "subprotocol",
        "timing",
    )

    def __init__(self, events: Events, *, is_binary: bool) -> None:
        self._events = events
        self._is_text = not is_binary
        self._is_leaving = self._is_told = False
        self._parts: list[bytes] = []
        self._opcode = frames.TEXT
        self._protocol = StrictProtocol()
        self._transport: asyncio.Transport | None = None
        self.subprotocol: str | None = None
        self.address = ""
        self.is_open = False
        self.is_writable = True
        self.timing = Timing(0, 0, 0, 0, 0)

    def attach(self, events: Events) -> None:
        """Tell somebody else what comes from now on."""
        self._events = events

    def open(self, transport: asyncio.Transport, answer: Answer, rest: bytes, timing: Timing) -> None:
        """Go on with an upgraded connection; `rest` came right behind the answer."""
        self._protocol.extend([_agreed(value) for value in answer.tokens("Sec-WebSocket-Extensions")])
        self.timing, self.subprotocol = timing, agreed_subprotocol(answer)
        self._transport = transport
        self.is_open = True
        transport.set_protocol(self)
        if rest:
            self.data_received(rest)

    def data_received(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        for frame in cast(list[Frame], self._protocol.events_received()):
            if frame.opcode in _DATA:
                self._join(frame)
            elif frame.opcode is Opcode.PONG:
                self._events.pong(bytes(frame.data))
            elif frame.opcode is Opcode.PING and self._events.pinged is not None:
                self._events.pinged(bytes(frame.data))
        self._write()
        if self.is_open and not self._is_leaving and self._protocol.state is not OPEN:
            self.is_open = False
            if self._transport is not None:
                self._transport.close()
            self._tell()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        self._tell(mistake(error))

    def pause_writing(self) -> None:
        self.is_writable = self._protocol.has_room = False

    def resume_writing(self) -> None:
        self.is_writable = True
        self._protocol.make_room()
        self._write()
        self._events.writable()

    def send(self, payload: bytes) -> None:
        """Send one message at once."""
        self._send(payload, is_text=self._is_text)

    def say(self, payload: bytes, *, is_binary: bool = False) -> None:
        """Send one message at once, as text unless told otherwise."""
        self._send(payload, is_text=not is_binary)

    def ping(self, payload: bytes) -> None:
        """Send a ping at once."""
        if self.is_open and self._protocol.state is OPEN:
            self._protocol.send_ping(payload)
            self._write()

    def tap(self) -> Tap | None:
        """Return what comes in, `None` if nothing can."""
        if self._transport is None or not self.is_open:
            return None
        return Tap(self._transport, self.data_received)

    def say_goodbye(self) -> None:
        """Send a close frame with 1000 and read no more."""
        if self.is_open and self._transport is not None and self._protocol.state is OPEN:
            self._is_leaving = True
            self._protocol.send_close(1000)
            self._write()
            self._transport.pause_reading()

    def abort(self) -> None:
        """End the TCP connection."""
        if self._transport is not None:
            hang_up(self._transport)

    def reset(self) -> None:
        """End the TCP connection by a reset."""
        if self._transport is not None:
            reset(self._transport)

    def _send(self, payload: bytes, *, is_text: bool) -> None:
        if self.is_open and self._protocol.state is OPEN:
            (self._protocol.send_text if is_text else self._protocol.send_binary)(payload)
            self._write()

    def _write(self) -> None:
        for data in self._protocol.data_to_send():
            if data and self._transport is not None:
                self._transport.write(data)

    def _join(self, frame: Frame) -> None:
        if frame.opcode is not Opcode.CONT:
            self._opcode = int(frame.opcode)
        if frame.data:
            self._parts.append(bytes(frame.data))
        if frame.fin:
            payload, self._parts = b"".join(self._parts), []
            if self._events.kind is not None:
                self._events.kind(self._opcode)
            if not self._events.take(self._events.row, payload):
                self._events.unmarked(payload)

    def _tell(self, ended: Ended | None = None) -> None:
        if not self._is_told:
            self._is_told = True
            self._events.closed(ended or self._ended())

    def _ended(self) -> Ended:
        received, sent = self._protocol.close_rcvd, self._protocol.close_sent
        if self._is_leaving:
            return Ended(None)
        if received is not None and sent is received:
            return Ended(str(int(received.code)), received.reason)
        if sent is None:
            return Ended("1006")
        return ended_by_us(int(sent.code), sent.reason)


def _agreed(value: str) -> Any:
    """Return the extension with the parameters that the server chose.

    Raises:
        HandshakeFailed: they are none that answer the offer.
    """
    try:
        ((_, parameters),) = parse_extension(value)
        return _DEFLATE.process_response_params(parameters, [])
    except (InvalidHeader, NegotiationError, ValueError):
        raise HandshakeFailed(*wrong_extension(value)) from None


async def connect(request: Request, number: int, settings: Settings, events: Events) -> Connection:
    """Return an open connection; see `Driver`."""
    connection = WebsocketsConnection(events, is_binary=settings.is_binary)
    watch = Stopwatch(is_tls=request.is_secure)
    offer = build_extension([(_DEFLATE.name, _DEFLATE.get_request_params())]) if settings.deflate else ""

    def take_over(transport: asyncio.Transport, answer: Answer, rest: bytes) -> None:
        connection.open(transport, answer, rest, watch.opened())

    create_connection = asyncio.get_running_loop().create_connection
    connection.address = await open_connection(
        number, Upgrade(request, settings, watch, offer, take_over), create_connection
    )
    return connection
