"""A client on a bare socket: it reads nothing, sends frames in one piece, and can vanish."""

import socket
import struct
from typing import Self

from websockets.frames import Close, Frame, Opcode

from tests.target_app.server import PATIENCE


class RawClient:
    """An open connection that is never read: its receive window is tiny, and no ping is answered.

    Args:
        port: of the server on 127.0.0.1.
        path: of the endpoint.
    """

    def __init__(self, port: int, path: str) -> None:
        self._socket = socket.socket()
        self._socket.settimeout(PATIENCE)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.connect(("127.0.0.1", port))
        self._socket.sendall(_request(port, path) + b"\r\n")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._socket.recv(1)
        assert head.startswith(b"HTTP/1.1 101 "), head

    @classmethod
    def begin(cls, port: int, path: str) -> Self:
        """A connection that stops in the middle of its handshake."""
        client = cls.__new__(cls)
        client._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        client._socket.sendall(_request(port, path))
        return client

    def send(self, *frames: Frame) -> None:
        """Send frames in one piece."""
        self._socket.sendall(b"".join(frame.serialize(mask=True) for frame in frames))

    def read_all(self) -> bytes:
        """What comes until nothing has come for half a second, or the server has closed."""
        self._socket.settimeout(0.5)
        parts = []
        try:
            while part := self._socket.recv(1_000_000):
                parts.append(part)
        except (TimeoutError, ConnectionResetError):
            pass
        return b"".join(parts)

    def abort(self) -> None:
        """Vanish: a TCP reset instead of a close frame."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


def _request(port: int, path: str) -> bytes:
    """The handshake without its last, empty line."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    ).encode()


def text(message: str) -> Frame:
    """A text message."""
    return Frame(Opcode.TEXT, message.encode())


def binary(message: bytes) -> Frame:
    """A binary message."""
    return Frame(Opcode.BINARY, message)


def close(code: int = 1000) -> Frame:
    """A close frame."""
    return Frame(Opcode.CLOSE, Close(code, "").serialize())
