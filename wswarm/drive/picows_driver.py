"""The default driver: picows, a thin and fast WebSocket in Cython; some 8 µs of CPU per message received."""

import logging
from collections.abc import Iterator
from typing import Any

import picows

from wswarm.drive.connection import (
    MAX_MESSAGE_SIZE,
    Connection,
    Ended,
    Events,
    HandshakeFailed,
    Settings,
    Stopwatch,
    Timing,
)
from wswarm.drive.dial import connect_tcp, unanswered
from wswarm.load.request import Request

# An adapter, because picows makes a child of a plain Logger for every connection: 1.5 KB each.
_LOG: "logging.LoggerAdapter[logging.Logger]" = logging.LoggerAdapter(logging.getLogger("wswarm.picows"), {})
_READ_BUFFER = 1024
_DATA = (picows.WSMsgType.TEXT, picows.WSMsgType.BINARY)


class PicowsConnection(picows.WSListener):
    """One connection; the events of picows in, those of `Events` out."""

    __slots__ = (
        "_events",
        "_kind",
        "_parts",
        "_row",
        "_take",
        "_transport",
        "_watch",
        "address",
        "is_open",
        "is_writable",
        "timing",
    )

    def __init__(self, events: Events, watch: Stopwatch, *, is_binary: bool) -> None:
        self._events = events
        self._take = events.take
        self._row = events.row
        self._watch = watch
        self._kind = picows.WSMsgType.BINARY if is_binary else picows.WSMsgType.TEXT
        self._parts: list[bytes] = []
        self._transport: picows.WSTransport | None = None
        self.is_open = False
        self.is_writable = True
        self.timing = Timing(0, 0, 0, 0, 0)
        self.address = ""

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self.timing = self._watch.opened()
        self._transport = transport
        self.is_open = True

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if (
            transport.close_handshake is None
            and frame.fin
            and self._take(self._row, frame.get_payload_as_bytes())
        ):
            return
        self._on_rare_frame(transport, frame)

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
        self.is_open = False
        self._events.closed(_ended(transport))

    def pause_writing(self) -> None:
        self.is_writable = False

    def resume_writing(self) -> None:
        self.is_writable = True
        self._events.writable()

    def send(self, payload: bytes) -> None:
        """Send one message at once."""
        if self._transport is not None:
            self._transport.send(self._kind, payload)

    def say(self, payload: bytes, *, is_binary: bool = False) -> None:
        """Send one message at once, as text unless told otherwise."""
        if self._transport is not None:
            kind = picows.WSMsgType.BINARY if is_binary else picows.WSMsgType.TEXT
            self._transport.send(kind, payload)

    def ping(self, payload: bytes) -> None:
        """Send a ping at once."""
        if self._transport is not None:
            self._transport.send_ping(payload)

    def say_goodbye(self) -> None:
        """Send a close frame with 1000 and read no more."""
        if self._transport is not None and self.is_open:
            self._transport.send_close(picows.WSCloseCode.OK)
            self._transport.underlying_transport.pause_reading()

    def abort(self) -> None:
        """End the TCP connection."""
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    def _on_rare_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        """Handle what is no whole marked message: a close frame, a fragment, a message without our marker."""
        kind = frame.msg_type
        if kind == picows.WSMsgType.CLOSE:
            self.is_open = False
            transport.send_close(frame.get_close_code())
            transport.disconnect()
        elif kind == picows.WSMsgType.CONTINUATION or (kind in _DATA and not frame.fin):
            self._join(frame)
        elif kind == picows.WSMsgType.PONG:
            self._events.pong(frame.get_payload_as_bytes())
        elif kind in _DATA:
            payload = frame.get_payload_as_bytes()
            # picows reads a frame ahead: the last message before a close frame comes when that is already known.
            if transport.close_handshake is None or not self._take(self._row, payload):
                self._events.unmarked(payload)

    def _join(self, frame: picows.WSFrame) -> None:
        """Put fragments together; a last one that holds a whole marker was taken without them."""
        if frame.msg_type != picows.WSMsgType.CONTINUATION:
            self._parts = []
        self._parts.append(frame.get_payload_as_bytes())
        if sum(map(len, self._parts)) > MAX_MESSAGE_SIZE:
            raise picows.WSProtocolError(picows.WSCloseCode.MESSAGE_TOO_BIG, "fragmented message too big")
        if frame.fin:
            payload, self._parts = b"".join(self._parts), []
            if not self._take(self._row, payload):
                self._events.unmarked(payload)


def _ended(transport: picows.WSTransport) -> Ended:
    handshake = transport.close_handshake
    if handshake is None:
        return Ended("1006")
    if handshake.recv is None or not handshake.recv_then_sent:
        return Ended(None)
    code = int(handshake.recv.code) or 1005  # type: ignore[call-overload]  # a Cython IntEnum
    return Ended(str(code), handshake.recv.reason or "")


async def connect(request: Request, number: int, settings: Settings, events: Events) -> Connection:
    """Return an open connection; see `Driver`."""
    watch = Stopwatch(is_tls=settings.context is not None)
    tcp, address = await connect_tcp(number, settings)
    watch.connected()
    left = max(0.001, settings.timeout - watch.elapsed)
    tls: dict[str, Any] = {} if settings.context is None else {"ssl_handshake_timeout": left}

    def headers() -> Iterator[tuple[str, str]]:
        watch.requested()  # picows reads the headers when it writes the request: TLS is done
        yield from request.headers
        if settings.subprotocols:
            yield "Sec-WebSocket-Protocol", ", ".join(settings.subprotocols)

    try:
        _, listener = await picows.ws_connect(
            lambda: PicowsConnection(events, watch, is_binary=settings.is_binary),
            request.url,
            ssl_context=settings.context,
            websocket_handshake_timeout=left,
            logger_name=_LOG,
            max_frame_size=MAX_MESSAGE_SIZE,
            extra_headers=headers(),  # any iterable of pairs serves
            max_redirects=0,
            read_buffer_init_size=_READ_BUFFER,
            socket_factory=lambda _: tcp,
            **tls,
        )
    except TimeoutError:
        raise unanswered(address) from None
    except picows.WSHandshakeError as error:
        status = error.response.status if error.response is not None else None
        raise HandshakeFailed(
            f"http {int(status)}" if status is not None else f"bad upgrade: {error}"
        ) from error
    if not isinstance(listener, PicowsConnection):  # picows ends so when the peer or its own deadline hung up
        raise unanswered(address) if watch.elapsed >= settings.timeout else HandshakeFailed("reset")
    listener.address = address
    return listener
