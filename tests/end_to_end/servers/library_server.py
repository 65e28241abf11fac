"""What the servers on the ``websockets`` library share: those that meddle with handshakes or compress."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, unix_serve
from websockets.asyncio.server import serve as serve_websockets
from websockets.exceptions import ConnectionClosed

from tests.end_to_end.servers.process import BACKLOG, HOST, address


class LibraryServer:
    """An echo on the ``websockets`` library: no pings of its own, no time limits, no compression.

    Facts: ``connections`` opened, ``peak`` open at once, ``open`` now; messages ``received`` and
    ``sent``; ``closes``: connections ended, by the code of the client's close frame, ``empty`` or
    ``none`` as in ``PicowsServer``.
    """

    file: str | None = None
    """Path of the socket file to listen on, ``None``: a port."""

    def __init__(self) -> None:
        self.connections = self.peak = self.open = self.received = self.sent = 0
        self.closes: Counter[str] = Counter()

    async def listen(self) -> dict[str, Any]:
        """Listen; the port and the URL."""
        options: dict[str, Any] = {"ping_interval": None, "open_timeout": None, "max_size": None}
        options |= {"compression": None, "backlog": BACKLOG, **self.options()}
        if self.file is not None:
            self._server = await unix_serve(self._on_connection, self.file, **options)
            return {"port": 0, "url": f"ws+unix:{self.file}:/"}
        self._server = await serve_websockets(self._on_connection, HOST, 0, **options)
        return address(self._server.sockets[0].getsockname()[1])

    def options(self) -> dict[str, Any]:
        """More arguments for ``websockets.asyncio.server.serve``."""
        return {}

    async def converse(self, connection: ServerConnection) -> None:
        """The whole of one connection, the latest opened. Returns or raises ``ConnectionClosed``."""
        async for message in connection:
            self.received += 1
            await connection.send(message)
            self.sent += 1

    def facts(self) -> dict[str, Any]:
        """The counts named in the class's description."""
        return {
            "connections": self.connections,
            "peak": self.peak,
            "open": self.open,
            "received": self.received,
            "sent": self.sent,
            "closes": dict(self.closes),
        }

    async def _on_connection(self, connection: ServerConnection) -> None:
        async with self._counted(connection):
            await self.converse(connection)

    @asynccontextmanager
    async def _counted(self, connection: ServerConnection) -> AsyncIterator[None]:
        self.connections += 1
        self.open += 1
        self.peak = max(self.peak, self.open)
        try:
            yield
        except ConnectionClosed:
            pass
        finally:
            self.open -= 1
            self.closes[_closing_code(connection)] += 1


def _closing_code(connection: ServerConnection) -> str:
    received = connection.protocol.close_rcvd
    if received is None:
        return "none"
    return "empty" if received.code == 1005 else str(int(received.code))
