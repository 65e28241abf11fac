"""Frames that are nearly right, on connections that have been accepted."""

import zlib
from typing import NamedTuple

from hypothesis import strategies as st

from tests.target_app.fuzz.requests import TOKEN, changed
from tests.target_app.raw_client import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame

PATHS = (
    *("/ws", "/ws/7", "/ws/bytes", "/ws/json", "/class/ws", "/secure/ws", "/items/foo/ws?q=3"),
    "/parameters/foo/ws?times=10",
)
ALLOWED = f"Authorization: Bearer {TOKEN}\r\nCookie: session={TOKEN}\r\n".encode()
DEFLATE = b"Sec-WebSocket-Extensions: permessage-deflate\r\n"
JSON = (
    "{}",
    "[" * 3000,
    '{"a":1e999}',
    "NaN",
    '"\\ud800"',
    "1" * 5000,
    '{"a":',
    "null",
    '"\\u0000"',
    "[" * 9 + "]" * 9,
)
USUAL = (TEXT, TEXT, TEXT, BINARY, CONTINUATION, PING, PONG, CLOSE)


class Conversation(NamedTuple):
    """What is sent on a connection once it is open.

    Attributes:
        pieces: each by a call of its own.
        is_read: whether its client reads what comes.
        is_aborted: whether it ends by a reset.
    """

    path: str
    lines: bytes
    pieces: tuple[bytes, ...]
    is_read: bool
    is_aborted: bool


_payloads = st.one_of(
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=20),
    st.sampled_from(JSON).map(str.encode),
    st.integers(100, 200_000).map(bytes),
    st.integers(0, 0xFFFF).map(lambda code: code.to_bytes(2, "big")),
)
_lengths = st.one_of(
    st.integers(0, 127).map(lambda size: bytes([size])),
    st.integers(0, 0xFFFF).map(lambda size: b"\x7e" + size.to_bytes(2, "big")),
    st.integers(0, 2**64 - 1).map(lambda size: b"\x7f" + size.to_bytes(8, "big")),
)


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """A frame: most are right but for what they follow."""
    payload = draw(_payloads)
    rsv = draw(st.sampled_from((0, 0, 0, 0, 4, 4, 1, 7)))
    if rsv == 4 and draw(st.booleans()):
        compressor = zlib.compressobj(wbits=-15)
        payload = (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]
    opcode = draw(st.one_of(st.sampled_from(USUAL), st.integers(0, 15)))
    is_right = draw(st.integers(0, 4)) > 0
    return frame(
        opcode,
        payload if is_right or opcode < CLOSE else payload[:125],
        fin=draw(st.integers(0, 3)) > 0,
        rsv=rsv,
        mask=draw(st.sampled_from((bytes(4), b"\x37\xfa\x21\x3d")))
        if is_right or draw(st.booleans())
        else None,
        length=None if is_right else draw(_lengths),
    )


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """Some frames, one by one, in one piece or changed."""
    pieces = draw(st.lists(frames(), min_size=1, max_size=6))
    if draw(st.booleans()):
        pieces = [b"".join(pieces)]
    if draw(st.integers(0, 3)) == 0:
        pieces = [*pieces[:-1], draw(changed(pieces[-1]))]
    lines = ALLOWED + (DEFLATE if draw(st.booleans()) else b"")
    return Conversation(
        draw(st.sampled_from(PATHS)), lines, tuple(pieces), draw(st.booleans()), draw(st.booleans())
    )
