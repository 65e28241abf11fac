"""The library's protocol of an open connection, as strict as `drive.drivers.frames` and in the same words."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ProtocolError
from websockets.frames import Frame, Opcode
from websockets.protocol import CLIENT, OPEN, Protocol
from websockets.streams import StreamReader

from wswarm.drive.drivers import frames
from wswarm.drive.drivers.connection import MAX_MESSAGE_SIZE, Ended

_COMPRESSED, _FIN_AND_COMPRESSED = 0x40, 0xC0
_TOLD = {
    "unexpected continuation frame": frames.OUT_OF_ORDER[0],
    "expected a continuation frame": frames.OUT_OF_ORDER[1],
    "decompression failed": "a compressed message that can't be inflated",
}


@contextmanager
def _as_the_library() -> Iterator[None]:
    """Have the library close with 1002; what it closes otherwise it finds by itself."""
    try:
        yield
    except frames.Broken as broken:
        if broken.code == frames.BROKEN:
            raise ProtocolError(broken.why) from None


class _Reader(StreamReader):
    """Refuses what `drive.drivers.frames` refuses, in the same words and as soon, and lengths that the library takes.

    A frame is read in two or three steps: its first two bytes, its length if it does not fit there, its payload.

    Attributes:
        inflates: Whether messages may be compressed.
    """

    inflates = False
    _step = 0

    def read_exact(self, n: int) -> Generator[None, None, bytearray]:
        data = yield from super().read_exact(n)
        if self._step == 0:
            first, length = data
            is_compressed = self.inflates and first & ~_FIN_AND_COMPRESSED in (frames.TEXT, frames.BINARY)
            with _as_the_library():
                frames.check_header(first & ~_COMPRESSED if is_compressed else first, length)
            self._step = 1 if length > 125 else 2
        elif self._step == 1:
            size = int.from_bytes(data, "big")
            if size < (126 if n == 2 else 65536) or size >> 63:
                raise ProtocolError("a length that is not written in the fewest bytes")
            self._step = 2
        else:
            self._step = 0
        return data


class StrictProtocol(Protocol):
    """The library's protocol of an open connection, with the same outcomes as `drive.drivers.frames`."""

    def __init__(self) -> None:
        super().__init__(CLIENT, state=OPEN, max_size=MAX_MESSAGE_SIZE)
        self.reader: _Reader = _Reader()
        self.parser = self.parse()
        next(self.parser)
        self.has_room = True
        self._ping: Frame | None = None  # to be answered when there is room

    def extend(self, extensions: list[Any]) -> None:
        """Read and write with these extensions."""
        self.extensions, self.reader.inflates = extensions, bool(extensions)

    def recv_frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.PING and not self.has_room:
            self._ping = frame  # the latest alone: RFC 6455 section 5.5.3
            return
        if frame.opcode is Opcode.CLOSE:
            self.current_size = None  # it may come within a message, as any control frame
            with _as_the_library():
                frames.close_of(bytes(frame.data))
        super().recv_frame(frame)

    def make_room(self) -> None:
        """Answer what could not be answered before."""
        self.has_room = True
        if self._ping is not None and self.state is OPEN:
            self.send_pong(self._ping.data)
        self._ping = None


def ended_by_us(code: int, said: str) -> Ended:
    """Return how a connection ended that the library closed with this code, and these words of its own."""
    by_code = {frames.TOO_BIG: frames.too_big().why, frames.NO_UTF8: frames.NO_UTF8_REASON}
    return Ended(None, f"{code}: the target sent {by_code.get(code) or _TOLD.get(said, said)}")
