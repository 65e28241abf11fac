"""``pausing(downtime)``: a relay that is gone for so many seconds whenever it gets SIGUSR1.

Every connection is reset and the port is closed at once; after ``downtime`` s it listens there again.
What a client sends goes at once to every other.
Facts: those of ``PicowsServer``; ``pauses``: when each began and when it ended; ``late``: how late its loop was at
worst, ns.
"""

import asyncio
import signal
import socket
from time import monotonic_ns
from typing import Any

from picows import WSMsgType, ws_create_server

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.lateness import Lateness
from tests.end_to_end.servers.process import BACKLOG, HOST, address, run
from tests.end_to_end.servers.refusing import LINGER_0
from wswarm.drive.host.ports import free_ports


class Pausing(PicowsServer):
    """Relays, and is away for a while when it is told to."""

    def __init__(self, downtime: float) -> None:
        super().__init__()
        self._downtime = downtime
        self._port = free_ports(1)[0]  # which the system gives to nobody meanwhile
        self._pauses: list[tuple[int, int]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self) -> dict[str, Any]:
        self._lateness = Lateness()
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._begin_pause)
        await self._listen()
        return address(self._port)

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        receivers = [one for one in self.open if one is not connection]
        for receiver in receivers:
            receiver.transport.send(kind, payload)
        self.sent += len(receivers)

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "pauses": self._pauses, "late": self._lateness.longest_ns}

    async def _listen(self) -> None:
        self._server = await ws_create_server(self._new_connection, HOST, self._port, backlog=BACKLOG)

    def _begin_pause(self) -> None:
        task = asyncio.get_running_loop().create_task(self._pause())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pause(self) -> None:
        since = monotonic_ns()
        self._server.close()
        for connection in list(self.open):
            tcp = connection.transport.underlying_transport.get_extra_info("socket")
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
            connection.transport.underlying_transport.abort()
        await asyncio.sleep(self._downtime)
        await self._listen()
        self._pauses.append((since, monotonic_ns()))


if __name__ == "__main__":
    run(Pausing)
