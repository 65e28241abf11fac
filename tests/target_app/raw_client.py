"""A client on a bare socket: it sends whatever bytes it is told, and takes apart what comes back."""

import select
import socket
import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self

from tests.target_app.server import PATIENCE

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
MASK = bytes.fromhex("37fa213d")  # of the examples in RFC 6455, 5.7
KEY = b"dGhlIHNhbXBsZSBub25jZQ=="  # of the example in RFC 6455, 1.3
MUTE = 4096  # bytes


class WireFrame(NamedTuple):
    """A frame as it came.

    Attributes:
        rsv: the three reserved bits: 4 is RSV1.
    """

    opcode: int
    payload: bytes = b""
    fin: bool = True
    rsv: int = 0

    @property
    def code(self) -> int:
        """Of a close frame; 1005 when it holds none."""
        return int.from_bytes(self.payload[:2], "big") if self.payload else 1005

    @property
    def reason(self) -> str:
        """Of a close frame."""
        return self.payload[2:].decode()


class RawClient:
    """An open connection that answers nothing by itself, neither pings nor a close frame.

    Args:
        port: of the server on 127.0.0.1.
        path: of the endpoint.
        lines: more of the handshake's headers, each ended by CR LF.
        window: bytes that the kernel takes for it; as few as by default press a server back soon that is not read.

    Attributes:
        asked: the request of its handshake.
        head: the head of the answer.
        end: ``eof`` or ``reset`` once the server has let go of the connection, until then ``None``.
    """

    end: str | None

    def __init__(self, port: int, path: str, *, lines: bytes = b"", window: int | None = MUTE) -> None:
        self._dial(port, window)
        self.asked = upgrade(port, path, lines)
        self.send(self.asked)
        self.head = self.read_head()
        assert self.head.startswith(b"HTTP/1.1 101 "), self.head

    @classmethod
    def dial(cls, port: int, *sent: bytes, window: int | None = None, source: str = "127.0.0.1") -> Self:
        """A TCP connection from that address on which these bytes have been sent, and nothing was read."""
        client = cls.__new__(cls)
        client._dial(port, window, source)
        client.send(*sent)
        return client

    @classmethod
    def begin(cls, port: int, path: str) -> Self:
        """A connection that stops in the middle of its handshake."""
        return cls.dial(port, upgrade(port, path)[:-2])

    def send(self, *pieces: bytes) -> None:
        """Send in one piece; nobody takes it from an end on."""
        try:
            self._socket.sendall(b"".join(pieces))
        except ConnectionError:
            self.end = "reset"

    def send_each(self, pieces: Iterable[bytes]) -> None:
        """Send each by a call of its own."""
        for piece in pieces:
            self.send(piece)

    def read_head(self) -> bytes:
        """The head of an HTTP response, or what came instead of one."""
        while b"\r\n\r\n" not in self._unread and self._read():
            pass
        head, blank, rest = self._unread.partition(b"\r\n\r\n")
        self._unread = rest
        return bytes(head + blank)

    def read_frame(self) -> WireFrame | None:
        """The next frame, ``None`` when none comes any more."""
        while (found := _parse(self._unread)) is None:
            if not self._read():
                return None
        frame, size = found
        del self._unread[:size]
        return frame

    def frames(self) -> Iterator[WireFrame]:
        """All that come, until the server has let go of the connection."""
        while (frame := self.read_frame()) is not None:
            yield frame

    def wait_at_most(self, seconds: float) -> None:
        """Give up with ``TimeoutError`` when nothing comes for so long."""
        self._socket.settimeout(seconds)

    def is_ready(self) -> bool:
        """Whether something has come that is not read yet, or the end."""
        return bool(self._unread) or bool(select.select([self._socket], [], [], 0)[0])

    def ready_frames(self) -> Iterator[WireFrame]:
        """Those that have come, without waiting for more."""
        while bool(select.select([self._socket], [], [], 0)[0]) and self._read():
            pass
        while (found := _parse(self._unread)) is not None:
            frame, size = found
            del self._unread[:size]
            yield frame

    def read_all(self, quiet: float = 0.5) -> bytes:
        """What comes until nothing has come for so many seconds, or the server has let go of the connection."""
        self._socket.settimeout(quiet)
        try:
            while self._read():
                pass
        except TimeoutError:
            pass
        self._socket.settimeout(PATIENCE)
        everything = bytes(self._unread)
        self._unread.clear()
        return everything

    def abort(self) -> None:
        """Vanish: a TCP reset instead of a close frame."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def leave(self) -> None:
        """Close the socket, as a client does that has read all."""
        self._socket.close()

    def _dial(self, port: int, window: int | None, source: str = "127.0.0.1") -> None:
        self.end = None
        self._unread = bytearray()
        self._socket = socket.socket()
        self._socket.settimeout(PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if window is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        self._socket.bind((source, 0))
        self._socket.connect(("127.0.0.1", port))

    def _read(self) -> bool:
        """Whether more came; if not, the server has let go."""
        try:
            part = self._socket.recv(1_000_000)
        except ConnectionError:
            self.end = "reset"
            return False
        if not part:
            self.end = self.end or "eof"
        self._unread += part
        return bool(part)


def upgrade(port: int, path: str, lines: bytes = b"") -> bytes:
    """The request of a handshake, with more header lines, each ended by CR LF."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {KEY.decode()}\r\nSec-WebSocket-Version: 13\r\n"
    ).encode() + (lines + b"\r\n")


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    mask: bytes | None = MASK,
    length: bytes | None = None,
) -> bytes:
    """A client's frame: right by default, and wrong as far as it is told to be.

    Args:
        mask: ``None`` sends it as no client may.
        length: the bytes that say the length, the mask's bit not among them, instead of the right ones.
    """
    size = _length(len(payload)) if length is None else length
    first = bytes([fin << 7 | rsv << 4 | opcode])
    if mask is None:
        return first + size + payload
    return first + bytes([size[0] | 0x80]) + size[1:] + mask + _masked(payload, mask)


def text(message: str) -> bytes:
    """A text message."""
    return frame(TEXT, message.encode())


def binary(message: bytes) -> bytes:
    """A binary message."""
    return frame(BINARY, message)


def close(code: int = 1000, reason: str = "") -> bytes:
    """A close frame."""
    return frame(CLOSE, code.to_bytes(2, "big") + reason.encode())


def ping(payload: bytes = b"") -> bytes:
    """A ping."""
    return frame(PING, payload)


def _length(size: int) -> bytes:
    if size < 126:
        return bytes([size])
    return b"\x7e" + size.to_bytes(2, "big") if size < 65536 else b"\x7f" + size.to_bytes(8, "big")


def _masked(payload: bytes, mask: bytes) -> bytes:
    size = len(payload)
    pattern = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(pattern, "big")).to_bytes(size, "big")


def _parse(wire: bytearray) -> tuple[WireFrame, int] | None:
    """The first frame of a server, which masks none, and its size; ``None`` when it is not all there."""
    if len(wire) < 2:
        return None
    first, size, at = wire[0], wire[1], 2
    assert size < 128, "a server's frame is masked"
    if size > 125:
        at = 4 if size == 126 else 10
        size = int.from_bytes(wire[2:at], "big")
    if len(wire) < at + size or len(wire) < at:
        return None
    return WireFrame(first & 15, bytes(wire[at : at + size]), bool(first & 128), first >> 4 & 7), at + size
