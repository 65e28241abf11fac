"""The second driver: the `websockets` library, for permessage-deflate and as an independent check of the first."""

import asyncio
import socket
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as ws_connect
from websockets.asyncio.connection import broadcast
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.protocol import Event
from websockets.typing import Origin, Subprotocol

from wswarm.drive.connection import (
    MAX_MESSAGE_SIZE,
    Connection,
    Ended,
    Events,
    HandshakeFailed,
    Settings,
    Stopwatch,
)
from wswarm.drive.dial import connect_tcp, unanswered
from wswarm.load.request import Request


class _Wire(ClientConnection):
    """A client connection that says when TLS is done and when its write buffer has room."""

    watch: Stopwatch
    owner: "WebsocketsConnection | None" = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.watch.requested()
        super().connection_made(transport)

    def process_event(self, event: Event) -> None:
        if isinstance(event, Frame) and event.opcode is Opcode.PONG and self.owner is not None:
            self.owner.events.pong(bytes(event.data))
        super().process_event(event)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.owner is not None:
            self.owner.is_writable = False

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.owner is not None:
            self.owner.is_writable = True
            self.owner.events.writable()


class WebsocketsConnection:
    """One connection and the task that reads it."""

    __slots__ = ("_is_text", "_task", "_wire", "address", "events", "is_open", "is_writable", "timing")

    def __init__(self, wire: _Wire, events: Events, watch: Stopwatch, *, is_binary: bool) -> None:
        self.timing = watch.opened()
        self.events, self.address = events, ""
        self.is_open = self.is_writable = True
        self._is_text = not is_binary
        self._wire = wire
        wire.owner = self
        self._task = asyncio.get_running_loop().create_task(self._read())

    def send(self, payload: bytes) -> None:
        """Send one message at once."""
        broadcast([self._wire], payload, text=self._is_text)

    def say(self, payload: bytes, *, is_binary: bool = False) -> None:
        """Send one message at once, as text unless told otherwise."""
        broadcast([self._wire], payload, text=not is_binary)

    def ping(self, payload: bytes) -> None:
        """Send a ping at once."""
        self._wire.protocol.send_ping(payload)
        self._wire.send_data()

    def say_goodbye(self) -> None:
        """Send a close frame with 1000 and read no more."""
        if self.is_open:
            self._wire.protocol.send_close(1000)
            self._wire.send_data()
            self._task.cancel()

    def abort(self) -> None:
        """End the TCP connection."""
        self._wire.transport.abort()

    async def _read(self) -> None:
        (row, take, unmarked, *_), wire = self.events, self._wire
        try:
            while True:
                payload = await wire.recv(decode=False)
                if not take(row, payload):
                    unmarked(payload)
        except ConnectionClosed:
            pass
        finally:
            self.is_open = False
            self.events.closed(_ended(wire))


def _ended(wire: _Wire) -> Ended:
    protocol = wire.protocol
    received = protocol.close_rcvd
    if received is None:
        return Ended("1006" if protocol.close_sent is None else None)
    if not protocol.close_rcvd_then_sent:
        return Ended(None)
    return Ended(str(int(received.code)), received.reason)


async def connect(request: Request, number: int, settings: Settings, events: Events) -> Connection:
    """Return an open connection; see `Driver`."""
    watch = Stopwatch(is_tls=settings.context is not None)
    tcp, address = await connect_tcp(number, settings)
    watch.connected()
    try:
        async with asyncio.timeout(max(0.001, settings.timeout - watch.elapsed)):
            wire = await _upgrade(request, tcp, settings, watch)
    except TimeoutError:
        raise unanswered(address) from None
    connection = WebsocketsConnection(wire, events, watch, is_binary=settings.is_binary)
    connection.address = address
    return connection


async def _upgrade(request: Request, tcp: socket.socket, settings: Settings, watch: Stopwatch) -> _Wire:

    def make_wire(*args: Any, **kwargs: Any) -> _Wire:
        wire = _Wire(*args, **kwargs)
        wire.watch = watch
        return wire

    options: dict[str, Any] = {} if settings.context is None else {"ssl": settings.context}
    origins = [value for name, value in request.headers if name == "Origin"]
    try:
        wire = await ws_connect(
            request.url,
            sock=tcp,
            create_connection=make_wire,  # type: ignore[arg-type]  # documented to take any callable
            origin=Origin(origins[0]) if origins else None,
            subprotocols=[Subprotocol(name) for name in settings.subprotocols] or None,
            additional_headers=[pair for pair in request.headers if pair[0] != "Origin"],
            compression="deflate" if settings.deflate else None,
            user_agent_header=None,
            proxy=None,
            open_timeout=None,
            ping_interval=None,
            max_size=MAX_MESSAGE_SIZE,
            **options,
        )
    except Exception as error:  # the library has many kinds; each becomes a reason
        raise _translated(error) from error
    assert isinstance(wire, _Wire)
    return wire


def _translated(error: Exception) -> Exception:
    status = error if isinstance(error, InvalidStatus) else error.__cause__
    if isinstance(status, InvalidStatus):
        return HandshakeFailed(f"http {status.response.status_code}")
    if isinstance(error, InvalidMessage):
        return HandshakeFailed("reset" if isinstance(error.__cause__, EOFError) else f"bad upgrade: {error}")
    if isinstance(error, InvalidHandshake):
        return HandshakeFailed(f"bad upgrade: {error}")
    return error
