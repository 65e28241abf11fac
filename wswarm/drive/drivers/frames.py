"""Frames in, messages out: what RFC 6455 section 5 allows a server to send, and what ends the connection.

UTF-8 of messages is not checked: it would cost more than all the rest.
"""

from collections.abc import Iterator

from wswarm.load.template import SIZE_LIMIT as MAX_MESSAGE_SIZE

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
BROKEN, NO_UTF8, TOO_BIG = 1002, 1007, 1009
NO_UTF8_REASON = "a close frame with a reason that is no UTF-8"
OUT_OF_ORDER = ("a continuation of nothing", "a message within a fragmented one")
WHOLE = b"\x81\x82"  # the first bytes of a text and a binary message in one frame

_FIN, _RESERVED, _OPCODE = 0x80, 0x70, 0x0F
_CONTROL_LIMIT = 125
_HTTP = b"HT"
_HEADER = {126: 4, 127: 10}


class Broken(Exception):  # noqa: N818 - the server's doing
    """The server broke the protocol: `code` is what we close with, `why` in words."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(code, why)
        self.code, self.why = code, why


class Frames:
    """What has arrived of a connection and is not whole yet."""

    __slots__ = ("_chunks", "_fragments", "_have", "_kind", "_need", "_size")

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._have, self._need = 0, 2
        self._fragments: list[bytes] = []
        self._kind, self._size = 0, 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing has begun that has not ended."""
        return not self._have and not self._kind

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield the messages and control frames that these bytes complete, each with its opcode.

        Bytes behind a close frame are the caller's to ignore.

        Raises:
            Broken: the server sent what it may not.
        """
        self._chunks.append(data)
        self._have += len(data)
        if self._have < self._need:
            return
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        at, end = 0, len(data)
        while (need := _frame_size(data, at, end)) <= end - at:
            first, start = data[at], at + _HEADER.get(data[at + 1], 2)
            at += need
            payload = data[start:at]
            if (first in WHOLE and not self._kind) or first & 8:
                yield first & _OPCODE, payload
            else:
                yield from self._join(first, payload)
        rest = data[at:]
        self._chunks, self._have, self._need = [rest] if rest else [], len(rest), need

    def _join(self, first: int, payload: bytes) -> Iterator[tuple[int, bytes]]:
        opcode = first & _OPCODE
        if (opcode != CONTINUATION) == bool(self._kind):
            raise Broken(BROKEN, OUT_OF_ORDER[opcode != CONTINUATION])
        self._kind = self._kind or opcode
        self._size += len(payload)
        if self._size > MAX_MESSAGE_SIZE:
            raise too_big()
        if payload:  # any number of empty ones takes no memory
            self._fragments.append(payload)
        if first & _FIN:
            yield self._kind, b"".join(self._fragments)
            self._fragments, self._kind, self._size = [], 0, 0


def close_of(payload: bytes) -> tuple[int, str]:
    """Return the code and the reason of a close frame; 1005 if it is empty.

    Raises:
        Broken: it is none that may be sent.
    """
    if not payload:
        return 1005, ""
    if len(payload) == 1:
        raise Broken(BROKEN, "a close frame of one byte")
    code = int.from_bytes(payload[:2], "big")
    try:
        reason = payload[2:].decode()
    except UnicodeDecodeError:
        raise Broken(NO_UTF8, NO_UTF8_REASON) from None
    if not may_close_with(code):
        raise Broken(BROKEN, f"a close frame with {code}, which may not be sent")
    return code, reason


def may_close_with(code: int) -> bool:
    """Return whether a close frame may hold the code. Source: RFC 6455 section 7.4 and the IANA registry."""
    return 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999


def too_big() -> Broken:
    """Return what a message over the limit is answered with."""
    return Broken(TOO_BIG, f"a message over {MAX_MESSAGE_SIZE >> 20} MiB")


def _frame_size(data: bytes, at: int, end: int) -> int:
    """Return how many bytes the frame there takes, or at least takes.

    Raises:
        Broken: its header can't be.
    """
    if end - at < 2:
        return 2
    first, length = data[at], data[at + 1]
    if first not in WHOLE or length > 127:
        check_header(first, length)
    if length < 126:
        return 2 + length
    header = _HEADER[length]
    if end - at < header:
        return header
    size = int.from_bytes(data[at + 2 : at + header], "big")
    if size < 126 or (length == 127 and (size < 65536 or size >> 63)):
        raise Broken(BROKEN, "a length that is not written in the fewest bytes")
    if size > MAX_MESSAGE_SIZE:
        raise too_big()
    return header + size


def check_header(first: int, length: int) -> None:
    """Check the first two bytes of a frame.

    Raises:
        Broken: a server may not send them.
    """
    opcode = first & _OPCODE
    if bytes((first, length)) == _HTTP:
        raise Broken(BROKEN, "an HTTP response in place of a frame")
    if first & _RESERVED:
        raise Broken(BROKEN, "a frame with reserved bits")
    if opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
        raise Broken(BROKEN, f"a frame with the reserved opcode {opcode}")
    if length > 127:
        raise Broken(BROKEN, "a masked frame")
    if opcode >= CLOSE and not first & _FIN:
        raise Broken(BROKEN, "a control frame in fragments")
    if opcode >= CLOSE and length > _CONTROL_LIMIT:
        raise Broken(BROKEN, "a control frame over 125 bytes")
