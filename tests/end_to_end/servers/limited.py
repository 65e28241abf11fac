"""``python -m tests.end_to_end.servers.limited PORT [LIMITS]``: an echo, or a relay, whose capacity is known.

LIMITS is a JSON object: ``spin``, µs of one core that each message takes from when it is taken up, so that
10⁶/``spin`` messages per s are the most; ``line``, likewise, reading and answering included, but a message is done so
long after it was due, as its mark says, or after the one before: it makes up for time in which the server had no
core; ``most``, connections at once, all others are refused with HTTP 503; with ``after`` by a close frame 1013 once
they are open; with ``stalls`` they are not accepted, so that they wait in the queue of the kernel, or for room in it;
``slower``, µs that a handshake takes for each connection that is open or opening, side by side; ``start``, s before
it listens; with ``relay`` a message goes to all others. Ends on SIGTERM.
"""

import asyncio
import json
import socket
import sys
from http import HTTPStatus
from time import monotonic_ns

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.utils import accept_key

from tests.end_to_end.servers.witness import MARK

_SWITCHING = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: %s\r\n\r\n"
)


class Work:
    """Messages one after another, each of the same length.

    Args:
        makes_up: Whether a message is done when it would be had the server always had its core.
    """

    def __init__(self, each_us: float, *, makes_up: bool) -> None:
        self._each_ns, self._makes_up, self._free_ns = round(1_000 * each_us), makes_up, 0

    def do(self, payload: bytes) -> None:
        """Work for one message."""
        mark = MARK.search(payload) if self._makes_up else None
        due_ns = int(mark[1], 16) if mark is not None else monotonic_ns()
        self._free_ns = max(self._free_ns, due_ns) + self._each_ns
        while monotonic_ns() < self._free_ns:
            pass


class Session(WSListener):  # type: ignore[misc]  # picows ships no types
    """One connection."""

    def __init__(self, work: Work | None, audience: set[WSTransport] | None) -> None:
        self._work, self._audience = work, audience

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Take a place in the audience."""
        if self._audience is not None:
            self._audience.add(transport)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Leave it."""
        if self._audience is not None:
            self._audience.discard(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Answer, or say goodbye."""
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
            return
        payload = frame.get_payload_as_bytes()
        if self._work is not None:
            self._work.do(payload)
        for one in [transport] if self._audience is None else [*self._audience - {transport}]:
            one.send(frame.msg_type, payload)


class Door:
    """How many are let in, and how long that takes.

    Args:
        most: At once, 0 for any number. slower_us: For each that is in or coming in.
        is_after: Whether those who are too many are let in and told to go.
    """

    def __init__(self, most: int, slower_us: float, *, is_after: bool) -> None:
        self._most, self._each_s, self._is_after = most, slower_us / 1e6, is_after
        self._inside = 0
        self._surplus: set[ServerConnection] = set()
        self._watches: set[asyncio.Task[None]] = set()

    async def open(self, connection: ServerConnection, _: Request) -> Response | None:
        """Let one in, or refuse it."""
        if self._most and self._inside >= self._most:
            if self._is_after:
                self._surplus.add(connection)
                return None
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "full\n")
        self._inside += 1
        watch = asyncio.ensure_future(self._leave(connection))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)
        await asyncio.sleep(self._each_s * self._inside)
        return None

    async def echo(self, connection: ServerConnection) -> None:
        """Answer everything, or tell one who is too many to go."""
        if connection in self._surplus:
            self._surplus.discard(connection)
            await connection.close(CloseCode.TRY_AGAIN_LATER, "full")
            return
        async for message in connection:
            await connection.send(message)

    async def _leave(self, connection: ServerConnection) -> None:
        await connection.wait_closed()
        self._inside -= 1


class Gate:
    """Accepts so many at once and no more: all others wait in the queue of the kernel, as long as it has room."""

    def __init__(self, most: int) -> None:
        self._free = asyncio.Semaphore(most)
        self._inside: set[asyncio.Task[None]] = set()

    async def serve(self, port: int) -> None:
        """Accept for ever."""
        loop = asyncio.get_running_loop()
        with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
            listener.setblocking(False)
            while True:
                await self._free.acquire()
                accepted, _ = await loop.sock_accept(listener)
                one = asyncio.ensure_future(self._hold(accepted))
                self._inside.add(one)
                one.add_done_callback(self._inside.discard)

    async def _hold(self, accepted: socket.socket) -> None:
        try:
            reader, writer = await asyncio.open_connection(sock=accepted)
            request = await reader.readuntil(b"\r\n\r\n")
            key = next(
                line for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:")
            )
            writer.write(_SWITCHING % accept_key(key.partition(b":")[2].strip().decode()).encode())
            while await reader.read(65536):
                pass
            writer.close()
        except (OSError, asyncio.IncompleteReadError):
            accepted.close()
        finally:
            self._free.release()


async def _live(port: int, limits: dict[str, float]) -> None:
    await asyncio.sleep(limits.get("start", 0.0))
    if limits.get("stalls"):
        await Gate(int(limits["most"])).serve(port)
    if limits.get("most") or limits.get("slower"):
        door = Door(int(limits.get("most", 0)), limits.get("slower", 0.0), is_after=bool(limits.get("after")))
        async with serve(door.echo, "127.0.0.1", port, process_request=door.open, compression=None) as behind:
            await behind.serve_forever()
    audience: set[WSTransport] | None = set() if limits.get("relay") else None
    each_us = limits.get("spin") or limits.get("line")
    work = Work(each_us, makes_up="line" in limits) if each_us else None

    def open_session(_: WSUpgradeRequest) -> Session:
        return Session(work, audience)

    server = await ws_create_server(open_session, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_live(int(sys.argv[1]), json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}))
