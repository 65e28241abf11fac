"""``posting(…)``: subscribers listen at ``/sub``; what is posted, or said at ``/pub``, goes to all of them at once.

A request to any other path by HTTP publishes its body, or without a body its ``message`` of the query. Requests
count from 1 as they arrive; request n is delivered after ``hold`` seconds and after ``delay`` more answered with
``statuses[(n − 1) % len]`` (default 202). What is answered with 300 or more is not delivered, unless
``delivers_all``.

- ``token``: who publishes without ``Authorization: Bearer TOKEN`` is answered 401, at ``/pub`` too, which counts for
  no request; with ``telling`` the answer repeats the header ``X-Token`` and the request's line;
- ``location``: header of answers with 300 to 399;
- ``closing``: ``said`` (``Connection: close``) or ``unsaid``: the connection ends after each answer;
- ``reset_every``, ``ignore_every``: request n is delivered, then reset or never answered;
- ``die_after``: the process ends itself as request n arrives, once those before it are answered; no later one is;
- ``rooms``: those at ``/sub/ROOM`` alone get what is published at an address that ends in ``/ROOM``;
- ``chunked``: answers have a body in chunks; ``secure``: over TLS, ``server.cacert`` is the authority's file.

Facts: ``connections`` of subscribers opened; ``publishers``: those at ``/pub``; ``posts``: connections that requests
came over, ``posts_peak`` at once; ``requests``; ``answered`` by status; ``published``: messages delivered; ``sent``:
deliveries; ``first``: the first request's line, headers and body; ``times_ns``: ``[intended, delivered, answered]``
of every marked body, ``intended`` as its mark says.
"""

import asyncio
import base64
import hashlib
import os
import socket
import ssl
import struct
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from time import monotonic_ns
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme

from tests.end_to_end.servers.process import BACKLOG, HOST, address, run, write_line
from tests.end_to_end.servers.witness import MARK

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
LINGER_0 = struct.pack("ii", 1, 0)
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
Headers = dict[str, str]


class Posting:
    """Relays what is published by HTTP, or at an address of its own, to those who subscribe."""

    def __init__(
        self,
        statuses: list[int] | None = None,
        delay: float = 0.0,
        hold: float = 0.0,
        closing: str = "",
        token: str | None = None,
        location: str | None = None,
        reset_every: int = 0,
        ignore_every: int = 0,
        die_after: int = 0,
        delivers_all: bool = False,
        chunked: bool = False,
        secure: bool = False,
        rooms: bool = False,
        telling: bool = False,
    ) -> None:
        self._statuses, self._closing = statuses or [202], closing
        self._delay, self._hold, self._is_telling = delay, hold, telling
        self._token, self._location, self._delivers_all = token, location, delivers_all
        self._reset_every, self._ignore_every, self._die_after = reset_every, ignore_every, die_after
        self._is_chunked, self._is_secure, self._has_rooms = chunked, secure, rooms
        self._folder = tempfile.TemporaryDirectory(prefix="wswarm-tls-")
        self._subscribers: dict[str, dict[asyncio.StreamWriter, None]] = defaultdict(dict)
        self._counts = Counter[str]()
        self._answered: Counter[int] = Counter()
        self._posting: set[asyncio.StreamWriter] = set()
        self._first: dict[str, Any] | None = None
        self._times_ns: list[tuple[int, int, int]] = []

    async def listen(self) -> dict[str, Any]:
        context, files = None, {}
        if self._is_secure:
            authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            authority.issue_cert(HOST, "localhost").configure_cert(context)
            files = {"cacert": str(Path(self._folder.name) / "ca.pem")}
            authority.cert_pem.write_to_path(files["cacert"])
        server = await asyncio.start_server(self._serve, HOST, 0, backlog=BACKLOG, ssl=context)
        scheme = "wss" if self._is_secure else "ws"
        return {**address(server.sockets[0].getsockname()[1], scheme), **files}

    def facts(self) -> dict[str, Any]:
        counts = {name: self._counts[name] for name in ("connections", "publishers", "posts", "posts_peak")}
        counts |= {name: self._counts[name] for name in ("requests", "published", "sent")}
        return {
            **counts,
            "answered": {str(status): count for status, count in self._answered.items()},
            "first": self._first,
            "times_ns": self._times_ns,
        }

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                line, headers = await _head(reader)
                if "upgrade" in headers:
                    await self._converse(line.split()[1], headers, reader, writer)
                    break
                await self._take(line, headers, reader, writer)
        except (OSError, EOFError, asyncio.IncompleteReadError):
            pass
        finally:
            for room in self._subscribers.values():
                room.pop(writer, None)
            self._posting.discard(writer)
            writer.close()

    async def _converse(
        self, path: str, headers: Headers, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer the handshake; then a subscriber listens, and a publisher is listened to."""
        is_subscriber = path.startswith("/sub")
        if not is_subscriber and not self._may_publish(headers):
            writer.write(_answer(401, {}, b"no token\n"))
            return
        key = headers["sec-websocket-key"] + GUID
        accept = base64.b64encode(hashlib.sha1(key.encode(), usedforsecurity=False).digest()).decode()
        writer.write(
            _answer(101, {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept})
        )
        self._counts["connections" if is_subscriber else "publishers"] += 1
        if is_subscriber:
            self._subscribers[self._room(path)][writer] = None
        while True:
            kind, payload = await _frame(reader)
            if kind == CLOSE:
                writer.write(_framed(CLOSE, payload))
                return
            if kind == PING:
                writer.write(_framed(PONG, payload))
            elif not is_subscriber:
                self._publish(payload, self._room(path))

    async def _take(
        self, line: str, headers: Headers, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer one request."""
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if writer not in self._posting:
            self._posting.add(writer)
            self._counts["posts"] += 1
            self._counts["posts_peak"] = max(self._counts["posts_peak"], len(self._posting))
        if self._first is None:
            self._first = {"line": line, "headers": headers, "body": body.decode()}
        if not self._may_publish(headers):
            self._answered[401] += 1
            said = f"no token, but {headers.get('x-token')}: {line}\n" if self._is_telling else "no token\n"
            writer.write(_answer(401, {}, said.encode()))
            return
        number = self._counts["requests"] = self._counts["requests"] + 1
        if 0 < self._die_after <= number:
            await self._die()
        status = self._statuses[(number - 1) % len(self._statuses)]
        await asyncio.sleep(self._hold)
        if status < 300 or self._delivers_all:
            path = line.split()[1]
            self._publish(body or parse_qs(urlsplit(path).query)["message"][0].encode(), self._room(path))
        delivered_ns, mark = monotonic_ns(), MARK.search(body)
        if self._reset_every and number % self._reset_every == 0:
            _reset(writer)
        elif not self._ignore_every or number % self._ignore_every:
            await asyncio.sleep(self._delay)
            self._respond(status, writer)
            if mark is not None:
                self._times_ns.append((int(mark[1], 16), delivered_ns, monotonic_ns()))

    async def _die(self) -> None:
        """End as soon as all has gone out that was answered before."""
        while self._answered.total() < self._die_after - 1:
            await asyncio.sleep(0)
        await asyncio.sleep(0)  # what was written goes out when the loop's turn ends
        write_line({**self.facts(), "errors": []})
        os._exit(1)

    def _respond(self, status: int, writer: asyncio.StreamWriter) -> None:
        self._answered[status] += 1
        headers = {"Connection": "close"} if self._closing == "said" else {}
        if self._location is not None and 300 <= status < 400:
            headers["Location"] = self._location
        if self._is_chunked:
            headers["Transfer-Encoding"] = "chunked"
        writer.write(_answer(status, headers, b"refused on purpose\n" if status >= 300 else b"taken\n"))
        if self._closing:
            writer.close()

    def _room(self, path: str) -> str:
        return urlsplit(path).path[1:].partition("/")[2] if self._has_rooms else ""

    def _may_publish(self, headers: Headers) -> bool:
        return self._token is None or headers.get("authorization") == f"Bearer {self._token}"

    def _publish(self, payload: bytes, room: str) -> None:
        self._counts["published"] += 1
        frame = _framed(TEXT, payload)
        for subscriber in self._subscribers[room]:
            subscriber.write(frame)
        self._counts["sent"] += len(self._subscribers[room])


async def _head(reader: asyncio.StreamReader) -> tuple[str, Headers]:
    line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
    pairs = (one.partition(":") for one in lines if one)
    return line, {name.lower(): value.strip() for name, _, value in pairs}


async def _frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Return kind and payload of a client's frame; none of those that come here is cut."""
    first, size = await reader.readexactly(2)
    size &= 0x7F
    if size > 125:
        size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
    mask = await reader.readexactly(4)
    payload = await reader.readexactly(size)
    return first & 0x0F, bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


def _framed(kind: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        told = bytes([size])
    else:
        told = (
            bytes([126]) + size.to_bytes(2, "big")
            if size < 1 << 16
            else bytes([127]) + size.to_bytes(8, "big")
        )
    return bytes([0x80 | kind]) + told + payload


def _answer(status: int, headers: Headers, body: bytes = b"") -> bytes:
    if "Transfer-Encoding" in headers:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    elif status != 101:
        headers = {**headers, "Content-Length": str(len(body))}
    lines = [f"HTTP/1.1 {status} so", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close the socket with a RST."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
    writer.transport.abort()


if __name__ == "__main__":
    run(Posting)
