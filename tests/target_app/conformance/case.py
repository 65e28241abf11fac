"""A case: what a client sends, and what has to come back, both in few words.

Numbers are those of the Autobahn test suite; what it has no number for begins with a letter.
"""

from enum import Enum
from typing import NamedTuple
from zlib import crc32

from tests.target_app.raw_client import BINARY, PING, PONG, TEXT

NAMES = {TEXT: "text", BINARY: "binary", PING: "ping", PONG: "pong"}
REPLY = b"Message text was: "  # before each text that ``/ws`` sends back
ECHO, BINARY_ECHO = "/ws", "/ws/bytes"
OPEN = "open"
DROPPED = "dropped"
QUIET = "nothing yet"
SILENT = "no answer"
LONG = 40  # bytes, of which a payload is told by its size and checksum


class Until(Enum):
    """What a client waits for before it goes on."""

    ANSWER = "the next message or pong"
    SETTLED = "that the server has taken what was sent"


class Case(NamedTuple):
    """One conversation on a new connection.

    Attributes:
        sent: each piece by a call of its own; what is waited for between them.
        back: all that has to come back, in order; the last says how the connection is then.
        path: of the endpoint.
        lines: more headers of the handshake.
        closes: the client has begun to close; else it pings at the end, and closes when that is answered.
    """

    number: str
    title: str
    sent: tuple[bytes | Until, ...]
    back: tuple[str, ...]
    path: str = ECHO
    lines: bytes = b""
    closes: bool = False

    @property
    def chapter(self) -> str:
        """The number up to its first point."""
        return self.number.partition(".")[0]


def said(opcode: int, payload: bytes) -> str:
    """A message or a control frame that came back, in words."""
    name = NAMES.get(opcode, f"opcode {opcode}")
    if len(payload) <= LONG:
        return f"{name} {repr(payload)[1:]}"
    return f"{name} of {len(payload)} bytes ({crc32(payload):08x})"


def echoed(payload: bytes) -> str:
    """What comes back for a text."""
    return said(TEXT, REPLY + payload)


def closed(code: int) -> str:
    """A close frame in words, without its reason, which is the server's own."""
    return f"close {code}"


def octets(wire: bytes) -> tuple[bytes, ...]:
    """Each byte by itself."""
    return chops(wire, 1)


def chops(wire: bytes, size: int) -> tuple[bytes, ...]:
    """Pieces of that size, the last may be smaller."""
    return tuple(wire[at : at + size] for at in range(0, len(wire), size))
