"""What the picows servers share: whole messages in and out, close frames answered, everything counted."""

import ssl
from collections import Counter
from typing import Any

from picows import (
    WSCloseCode,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    ws_create_server,
)

from tests.end_to_end.servers.process import BACKLOG, HOST, address

MAX_FRAME_BYTES = 64 * 1024 * 1024


class Connection(WSListener):
    """One client's connection: joins fragments, answers pings and close frames, hands messages to its server.

    Attributes:
        number: 1 for the first connection whose handshake was answered, and so on.
        received: Messages before the present one: the present one's number, counted from 0.
        is_open: No close frame came or went, and the socket is there.
    """

    transport: WSTransport

    def __init__(self, server: "PicowsServer") -> None:
        self.server = server
        self.number = 0
        self.received = 0
        self.is_open = False
        self.closed_by: str | None = None
        self._fragments: list[bytes] = []
        self._fragments_kind = WSMsgType.TEXT

    def send(self, kind: WSMsgType, payload: bytes) -> None:
        """Send one message, counted as ``sent``; nothing goes to a closed one, counted as ``unsent``."""
        if self.is_open:
            self.transport.send(kind, payload)
            self.server.sent += 1
        else:
            self.server.unsent += 1

    def close(self, code: int, reason: str = "") -> None:
        """Begin the closing handshake; nothing is sent afterwards."""
        self.server.open.pop(self, None)
        self.is_open = False
        self.transport.send_close(WSCloseCode(code), reason.encode())

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        self.is_open = True
        self.server.opened(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        if kind == WSMsgType.CLOSE:
            self._answer_close(transport, frame.get_payload_as_bytes())
        elif kind == WSMsgType.PONG:
            self.server.pongs += 1
        elif not frame.fin or kind == WSMsgType.CONTINUATION:
            self._on_fragment(kind, frame)
        else:
            self._on_message(kind, frame.get_payload_as_bytes())

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002  # picows passes it
        self.is_open = False
        self.server.closed(self)

    def pause_writing(self) -> None:
        """Nothing: a slow reader's messages wait in memory."""

    def resume_writing(self) -> None:
        """Nothing."""

    def _on_message(self, kind: WSMsgType, payload: bytes) -> None:
        self.server.received += 1
        self.server.message(self, kind, payload)
        self.received += 1

    def _on_fragment(self, kind: WSMsgType, frame: WSFrame) -> None:
        if kind != WSMsgType.CONTINUATION:
            self._fragments_kind = kind
        self._fragments.append(frame.get_payload_as_bytes())
        if frame.fin:
            payload = b"".join(self._fragments)
            self._fragments.clear()
            self._on_message(self._fragments_kind, payload)

    def _answer_close(self, transport: WSTransport, payload: bytes) -> None:
        self.closed_by = str(int.from_bytes(payload[:2], "big")) if payload else "empty"
        if self.is_open:
            transport.send(WSMsgType.CLOSE, payload)
        self.is_open = False
        self.server.open.pop(self, None)
        transport.disconnect()


class PicowsServer:
    """A picows server on a free port of loopback; a subclass says in ``message`` what happens to a message.

    Facts: ``connections`` opened, ``peak`` open at once, ``open`` now; messages ``received``, ``sent``,
    ``unsent`` (due to a connection that had closed); ``pongs`` received; ``closes``: connections ended,
    by the code of the client's close frame, ``empty`` (a close frame without code) or ``none`` (no close
    frame).
    """

    ssl_context: ssl.SSLContext | None = None
    auto_pong = True
    """Whether picows answers pings by itself."""

    def __init__(self) -> None:
        self.open: dict[Connection, None] = {}  # in order of connecting
        self.connections = self.peak = self.received = self.sent = self.unsent = self.pongs = 0
        self.closes: Counter[str] = Counter()

    async def listen(self) -> dict[str, Any]:
        """Listen; the port and the URL."""
        server = await ws_create_server(
            self._new_connection,
            HOST,
            0,
            backlog=BACKLOG,
            max_frame_size=MAX_FRAME_BYTES,
            ssl=self.ssl_context,
            enable_auto_pong=self.auto_pong,
        )
        return address(server.sockets[0].getsockname()[1], "wss" if self.ssl_context else "ws")

    def opened(self, connection: Connection) -> None:
        """Number and count a new connection."""
        self.connections += 1
        connection.number = self.connections
        self.open[connection] = None
        self.peak = max(self.peak, len(self.open))

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        """What the server does with one message of ``connection``."""
        raise NotImplementedError

    def closed(self, connection: Connection) -> None:
        """Count a connection that has ended."""
        self.open.pop(connection, None)
        self.closes[connection.closed_by or "none"] += 1

    def facts(self) -> dict[str, Any]:
        """The counts named in the class's description."""
        return {
            "connections": self.connections,
            "peak": self.peak,
            "open": len(self.open),
            "received": self.received,
            "sent": self.sent,
            "unsent": self.unsent,
            "pongs": self.pongs,
            "closes": dict(self.closes),
        }

    def _new_connection(self, request: WSUpgradeRequest) -> Connection:  # noqa: ARG002  # picows passes it
        return Connection(self)
