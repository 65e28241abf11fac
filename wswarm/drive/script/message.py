"""What a script sends, as it goes out."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

Sent = str | bytes | bytearray | memoryview | Mapping[str, Any] | Sequence[Any]


def encoded(message: Sent) -> tuple[bytes, bool]:
    """Return the payload, and whether it goes out as a binary frame: bytes do; what is no text is sent as JSON."""
    if isinstance(message, str):
        return message.encode(), False
    if isinstance(message, bytes | bytearray | memoryview):
        return bytes(message), True
    return msgspec.json.encode(message), False
