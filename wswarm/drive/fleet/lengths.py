"""How messages between front end and agent are told apart: each has its length before it."""

import struct

_HEADER = struct.Struct("!I")
HEADER_SIZE = _HEADER.size


def with_length(body: bytes) -> bytes:
    """Return the message with that body as it goes over the wire."""
    return _HEADER.pack(len(body)) + body


def body_size(header: bytes) -> int:
    """Return how many bytes follow the header."""
    return int(_HEADER.unpack(header)[0])
