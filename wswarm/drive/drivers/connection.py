"""What every driver gives: one open WebSocket, and why a handshake failed."""

import asyncio
import errno
import os
import socket
import ssl
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol

from wswarm.drive.capture import Take
from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.address import Address
from wswarm.drive.drivers.tap import Tap
from wswarm.drive.form import Frames
from wswarm.load.request import Request
from wswarm.load.template import SIZE_LIMIT
from wswarm.units import NS_PER_S

MAX_MESSAGE_SIZE = SIZE_LIMIT
DETAIL_SIZE = 200
_LAST_READS, _READ_SIZE = 16, 1 << 16
_LINGER_0 = struct.pack("ii", 1, 0)


class Timing(NamedTuple):
    """A completed handshake, ns: moments are CLOCK_MONOTONIC, `tls_ns` is -1 without TLS."""

    started_ns: int
    tcp_ns: int
    tls_ns: int
    upgrade_ns: int
    opened_ns: int


class HandshakeFailed(Exception):  # noqa: N818 - data about the target, not an error of ours
    """The connection did not open.

    Attributes:
        reason: What the report counts it under.
        detail: What the server said, at most `DETAIL_SIZE` characters: a refusal's body, where it redirects to.
        location: Where it redirects to, in full; `None`: nowhere.
    """

    def __init__(self, reason: str, detail: str = "", location: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.detail, self.location = reason, detail[:DETAIL_SIZE], location


class Ended(NamedTuple):
    """How a connection was lost.

    Attributes:
        code: The close code if the peer began it, else `None`.
        reason: What the peer's close frame gave as its reason, "" if nothing.
    """

    code: str | None
    reason: str = ""


def mistake(error: Exception | None) -> Ended | None:
    """Return how a connection ended that an error in our own code has ended; `None` if none has."""
    if error is None or isinstance(error, OSError | EOFError):
        return None
    return Ended(None, f"a mistake of wswarm's, {type(error).__name__}: {error}")


class Connection(Protocol):
    """An open WebSocket.

    Attributes:
        subprotocol: The one that the server chose, `None` for none.
        timing: How the handshake went.
        address: IP address, or path of the socket file, that it leads to.
    """

    subprotocol: str | None
    timing: Timing
    address: str

    @property
    def is_open(self) -> bool:
        """Whether a message can still be sent."""

    @property
    def is_writable(self) -> bool:
        """Whether the write buffer has room."""

    def attach(self, events: "Events") -> None:
        """Tell somebody else what comes from now on."""

    def send(self, payload: bytes) -> None:
        """Send one message at once, as the plan's kind of frame."""

    def say(self, payload: bytes, *, is_binary: bool = False) -> None:
        """Send one message at once, as text unless told otherwise."""

    def ping(self, payload: bytes) -> None:
        """Send a ping with this payload, at most 125 bytes, at once."""

    def tap(self) -> Tap | None:
        """Return what comes in, to be held back; `None` if nothing can come."""

    def say_goodbye(self) -> None:
        """Send a close frame with 1000 and read no more."""

    def abort(self) -> None:
        """End the TCP connection."""

    def reset(self) -> None:
        """End the TCP connection by a reset: the peer is told at once, and what it sent is gone."""


class Events(NamedTuple):
    """What a connection tells its owner.

    Attributes:
        row: The connection's row in its agent.
        take: Gets the row and each data message's payload; true if it was marked.
        unmarked: Called once per data message that was not, with its payload.
        closed: Called once when the connection is lost, with how.
        writable: Called when the write buffer has room again.
        pong: Called with the payload of each pong, asked for or not.
        pinged: Called with the payload of each ping of the target's, which is answered anyway.
        frames: See `Capture.frames`; `None`: the connection reads all that comes.
        kind: Called with the opcode of each message before that is taken; `None`: nobody asks.
    """

    row: int
    take: Take
    unmarked: Callable[[bytes], None]
    closed: Callable[[Ended], None]
    writable: Callable[[], None]
    pong: Callable[[bytes], None]
    frames: Frames | None = None
    pinged: Callable[[bytes], None] | None = None
    kind: Callable[[int], None] | None = None


class Settings(NamedTuple):
    """What all connections of an agent share.

    Attributes:
        addresses: Where to connect, tried in order; the first that answered is tried first from then on.
        sources: Local addresses, taken in turn; empty: the system's choice.
        context: TLS settings, `None` if no connection uses TLS.
        is_binary: Whether messages go out as binary frames.
        timeout: s that a handshake may take in all.
        sni: Name to ask for and to check in TLS, `None`: the address's host.
        elsewhere: Addresses of hosts that redirects have led to, by scheme, host and port.
        receive_buffer: SO_RCVBUF, set before connecting; `None`: the system's choice.
    """

    addresses: list[Address]
    sources: Sequence[str]
    context: ssl.SSLContext | None
    is_binary: bool
    subprotocols: tuple[str, ...]
    deflate: bool
    timeout: float
    sni: str | None = None
    elsewhere: dict[str, list[Address]] = {}  # noqa: RUF012 - each agent gives its own
    receive_buffer: int | None = None


class Driver(Protocol):
    """Opens connections."""

    async def __call__(self, request: Request, number: int, settings: Settings, events: Events) -> Connection:
        """Return the connection once it is open.

        Raises:
            HandshakeFailed, OSError, ssl.SSLError: it did not open.
            TimeoutError: it did not open within `settings.timeout`.
        """


def reason_of(error: BaseException) -> str:
    """Return what a report counts a failed handshake under."""
    if isinstance(error, HandshakeFailed):
        return error.reason
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"tls certificate: {_CERTIFICATE_REASONS.get(_code(error)) or error.verify_message}"
    if isinstance(error, ssl.SSLError) and "CERTIFICATE_REQUIRED" in (error.reason or ""):
        return "tls: client certificate wanted"
    if isinstance(error, ssl.SSLError):
        return f"tls: {(error.reason or 'handshake failed').lower().replace('_', ' ')}"
    if isinstance(error, ConnectionAbortedError) and "SSL handshake" in str(
        error
    ):  # asyncio's deadline for TLS
        return "tls: handshake timed out"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, ConnectionResetError | BrokenPipeError | EOFError | ConnectionAbortedError):
        return "reset"
    if isinstance(error, OSError):
        return _OS_REASONS.get(error.errno or 0, (error.strerror or type(error).__name__).lower())
    return f"{type(error).__name__}: {error}"[:80]


def _code(error: ssl.SSLCertVerificationError) -> int:
    return getattr(error, "verify_code", 0)


_CERTIFICATE_REASONS = {  # X509_V_ERR_… of OpenSSL
    9: "not valid yet",
    10: "expired",
    **dict.fromkeys((18, 19), "self-signed"),
    **dict.fromkeys((2, 20, 21), "unknown authority"),
    **dict.fromkeys((62, 64), "other name"),
}
_OS_REASONS = {
    errno.EMFILE: "too many open files here",
    errno.ENFILE: "too many open files here",
    errno.EADDRNOTAVAIL: "no free local port",
    errno.ENETUNREACH: "network unreachable",
    errno.EHOSTUNREACH: "host unreachable",
    errno.ETIMEDOUT: "timeout",
}


class Stopwatch:
    """Takes a handshake's moments in order: TCP connected, request written, response read."""

    __slots__ = ("_is_tls", "_requested_ns", "_started_ns", "_tcp_ns")

    def __init__(self, *, is_tls: bool) -> None:
        self._is_tls = is_tls
        self._started_ns = now_ns()
        self._tcp_ns = self._requested_ns = 0

    @property
    def elapsed(self) -> float:
        """Seconds since the handshake began."""
        return (now_ns() - self._started_ns) / NS_PER_S

    def connected(self) -> None:
        """Note that TCP is connected."""
        self._tcp_ns = now_ns()

    def requested(self) -> None:
        """Note that the upgrade request goes out: TLS, if any, is done."""
        self._requested_ns = now_ns()

    def opened(self) -> Timing:
        """Note that the upgrade response was read, and return all."""
        opened_ns = now_ns()
        tls_ns = self._requested_ns - self._tcp_ns if self._is_tls else -1
        since = self._requested_ns if self._is_tls else self._tcp_ns
        return Timing(self._started_ns, self._tcp_ns - self._started_ns, tls_ns, opened_ns - since, opened_ns)


def reset(transport: asyncio.Transport) -> None:
    """End a TCP connection by a reset."""
    tcp = transport.get_extra_info("socket")
    with suppress(OSError):  # it has just ended
        if tcp is not None:
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_0)
    transport.abort()


def hang_up(transport: asyncio.Transport) -> None:
    """End a TCP connection at once, and so that the peer can still read what was sent.

    What it sent and nobody read is thrown away first: closed with that unread, the connection would be reset, and a
    peer that is told so before it has read our last words may never read them.
    """
    tcp = transport.get_extra_info("socket")
    with suppress(OSError):  # nothing is left
        for _ in range(_LAST_READS if tcp is not None else 0):
            if not os.read(tcp.fileno(), _READ_SIZE):
                break
    transport.abort()
