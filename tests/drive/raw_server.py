"""A server of bytes: answers one upgrade request with whatever it is told, and keeps what comes back."""

import asyncio
import re
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wswarm.load.upgrade import accept_for

NORMAL_END = b"\x81\x0amarked end\x88\x05\x03\xe8end"


class RawServer:
    """Attributes: `request`: the last request's head. `frames`: the client's, each its first byte and payload.

    `reads`: cleared, nothing is read but the request until it is set.
    """

    def __init__(self, answer: str, wire: bytes, *, hangs_up: bool, holds_loop_s: float) -> None:
        self._answer, self._wire, self._hangs_up = answer, wire, hangs_up
        self._holds_loop_s = holds_loop_s
        self.port = 0
        self.request = ""
        self.frames: list[tuple[int, bytes]] = []
        self.ended = asyncio.Event()
        self.reads = asyncio.Event()
        self.reads.set()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer, send, and read until the client has gone."""
        try:
            self.request = (await reader.readuntil(b"\r\n\r\n")).decode()
            key = re.findall("Sec-WebSocket-Key: (.*)\r\n", self.request)[0]
            writer.write(self._answer.replace("{accept}", accept_for(key)).encode() + self._wire)
            time.sleep(self._holds_loop_s)  # the client's loop is this one
            await self.reads.wait()
            if not self._hangs_up:
                self._keep(await reader.read())
        except ConnectionError:
            pass
        finally:
            writer.close()
            self.ended.set()

    def _keep(self, data: bytes) -> None:
        at = 0
        while len(data) >= at + 6:
            first, size, mask = data[at], data[at + 1] & 0x7F, data[at + 2 : at + 6]
            masked = data[at + 6 : at + 6 + size]
            self.frames.append((first, bytes(byte ^ mask[i % 4] for i, byte in enumerate(masked))))
            at += 6 + size


@asynccontextmanager
async def raw_server(
    answer: str, wire: bytes = b"", *, hangs_up: bool = False, holds_loop_s: float = 0
) -> AsyncIterator[RawServer]:
    """Serve on a free port of the loopback; stop the whole loop for a while after the answer, if told to."""
    raw = RawServer(answer, wire, hangs_up=hangs_up, holds_loop_s=holds_loop_s)
    server = await asyncio.start_server(raw.converse, "127.0.0.1", 0, limit=2**20)
    raw.port = server.sockets[0].getsockname()[1]
    server.sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)  # what isn't read takes little
    try:
        yield raw
    finally:
        server.close()
