"""Attacks on a WebSocket service, each by one process: `python -m benchmarks.attackers ATTACK PORT SECONDS [TOKEN]`.

Prints `ready` when the attack is under way, and at its end what its connections were told, as JSON: close codes, HTTP
statuses, or how they ended otherwise, with how many ended so.
"""

import json
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import repeat

from websockets.frames import Frame, Opcode

PIECE = 65_536  # bytes sent at once
MANY = 5_000
ADDRESSES = 100  # of the loopback, from which connections are opened: each has ports of its own
PATH = "/ws"


@dataclass(slots=True)
class Attacker:
    """One connection: what it still has to send, and what it was told."""

    socket: socket.socket
    pieces: Iterator[bytes]
    pause: float = 0.0  # seconds between two pieces
    due: float = 0.0
    rest: bytes = b""
    tail: bytearray = field(default_factory=bytearray)
    is_writing: bool = True


def dial(port: int, number: int) -> socket.socket:
    """A connection from an address of its own, as far as there are some."""
    connection = socket.socket()
    connection.bind((f"127.0.{1 + number % ADDRESSES}.1", 0))
    connection.connect(("127.0.0.1", port))
    return connection


def handshake(port: int, token: str) -> bytes:
    """The request for a WebSocket."""
    return (
        f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Authorization: Bearer {token}\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def upgraded(port: int, number: int, token: str) -> socket.socket:
    """An open WebSocket."""
    connection = dial(port, number)
    connection.sendall(handshake(port, token))
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)
    return connection


def many(frame: Frame) -> bytes:
    """As many of a small frame as fit into a piece."""
    one = frame.serialize(mask=True)
    return one * (PIECE // len(one))


def bytewise(data: bytes) -> Iterator[bytes]:
    """One byte at a time."""
    return (data[at : at + 1] for at in range(len(data)))


def pings(port: int, token: str) -> list[Attacker]:
    """Pings without end, on one connection."""
    return [Attacker(upgraded(port, 0, token), repeat(many(Frame(Opcode.PING, b""))))]


def unread_pings(port: int, token: str) -> list[Attacker]:
    """The same from a client that takes no pong."""
    attackers = pings(port, token)
    attackers[0].tail = bytearray(b"unread")
    return attackers


def tiny_messages(port: int, token: str) -> list[Attacker]:
    """100,000 messages of one byte on one connection, as fast as it takes them."""
    piece = many(Frame(Opcode.TEXT, b"x"))
    return [Attacker(upgraded(port, 0, token), repeat(piece, 100_000 * 7 // len(piece) + 1))]


def tiny_fragments(port: int, token: str) -> list[Attacker]:
    """One message of empty frames that never ends."""
    first = Frame(Opcode.TEXT, b"x", fin=False).serialize(mask=True)
    rest = many(Frame(Opcode.CONT, b"", fin=False))
    return [Attacker(upgraded(port, 0, token), _after(first, repeat(rest)))]


def slow_frames(port: int, token: str) -> list[Attacker]:
    """200 connections that send a frame byte by byte, one each second."""
    frame = Frame(Opcode.TEXT, b"x" * 100).serialize(mask=True)
    return [Attacker(upgraded(port, number, token), bytewise(frame), pause=1.0) for number in range(200)]


def large_messages(port: int, token: str) -> list[Attacker]:
    """50 connections, each with a message of 1 MiB and a byte."""
    frame = Frame(Opcode.TEXT, b"x" * (1024 * 1024 + 1)).serialize(mask=True)
    pieces = [frame[at : at + PIECE] for at in range(0, len(frame), PIECE)]
    return [Attacker(upgraded(port, number, token), iter(pieces)) for number in range(50)]


def half_handshakes(port: int, token: str) -> list[Attacker]:
    """5,000 requests that never end, and 5,000 connections that send nothing."""
    half = handshake(port, token)[:-2]
    attackers = []
    for number in range(MANY):
        attackers.append(Attacker(dial(port, number), iter([half])))
        attackers.append(Attacker(dial(port, number), iter([])))
    return attackers


ATTACKS: dict[str, Callable[[int, str], list[Attacker]]] = {
    attack.__name__: attack
    for attack in (
        pings,
        unread_pings,
        tiny_messages,
        tiny_fragments,
        slow_frames,
        large_messages,
        half_handshakes,
    )
}


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


class Siege:
    """The connections of an attack, until its end."""

    def __init__(self, attackers: list[Attacker]) -> None:
        self.ends: Counter[str] = Counter()
        self._selector = selectors.DefaultSelector()
        self._resting = [attacker for attacker in attackers if attacker.pause]
        for attacker in attackers:
            attacker.socket.setblocking(False)
            self._selector.register(attacker.socket, self._wanted(attacker), attacker)

    def lay(self, seconds: float) -> None:
        """Go on for so long, or until no connection is left."""
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until and self._selector.get_map():
            for key, events in self._selector.select(0.1):
                if events & selectors.EVENT_WRITE:
                    self._write(key.data, now)
                if events & selectors.EVENT_READ:
                    self._read(key.data)
            self._wake(now)
        self.ends["open"] += len(self._selector.get_map())

    def _wanted(self, attacker: Attacker) -> int:
        reads = 0 if attacker.tail == b"unread" else selectors.EVENT_READ
        return reads | (selectors.EVENT_WRITE if attacker.is_writing else 0)

    def _set_writing(self, attacker: Attacker, is_writing: bool) -> None:
        if attacker.is_writing != is_writing:
            attacker.is_writing = is_writing
            self._selector.modify(attacker.socket, self._wanted(attacker), attacker)

    def _write(self, attacker: Attacker, now: float) -> None:
        attacker.rest = attacker.rest or next(attacker.pieces, b"")
        try:
            sent = attacker.socket.send(attacker.rest) if attacker.rest else 0
        except OSError:
            self._end(attacker, "reset")
            return
        attacker.rest = attacker.rest[sent:]
        if not sent or attacker.pause:
            attacker.due = now + attacker.pause if sent else float("inf")
            self._set_writing(attacker, False)

    def _wake(self, now: float) -> None:
        for attacker in self._resting:
            if not attacker.is_writing and attacker.due <= now:
                self._set_writing(attacker, True)

    def _read(self, attacker: Attacker) -> None:
        try:
            part = attacker.socket.recv(1_000_000)
        except OSError:
            part = b""
        attacker.tail = (attacker.tail + part)[-200:]
        if not part:
            self._end(attacker, _told(bytes(attacker.tail)))

    def _end(self, attacker: Attacker, how: str) -> None:
        if how == "reset":  # what came before that may still be there
            with suppress(OSError):
                while part := attacker.socket.recv(1_000_000):
                    attacker.tail = (attacker.tail + part)[-200:]
            how = _told(bytes(attacker.tail))
        self.ends[how] += 1
        self._selector.unregister(attacker.socket)
        attacker.socket.close()


def _told(tail: bytes) -> str:
    """The code of the close frame at the end of what came, the HTTP status, or that there was none."""
    if tail.startswith(b"HTTP/1.1 "):
        return f"http {tail[9:12].decode()}"
    at = tail.rfind(b"\x88")
    return str(int.from_bytes(tail[at + 2 : at + 4], "big")) if at >= 0 and len(tail) > at + 3 else "end"


def main() -> None:
    """Attack, and tell."""
    name, port, seconds, token = (*sys.argv[1:], "")[:4]
    siege = Siege(ATTACKS[name](int(port), token))
    print("ready", flush=True)
    siege.lay(float(seconds))
    print(json.dumps(siege.ends))


if __name__ == "__main__":
    main()
