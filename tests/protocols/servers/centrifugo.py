"""What Centrifugo does by its documentation, for its JSON protocol, version 2: there is no package of it to install.

Parameters: ``token``, that `connect` has to give; ``ping_s`` and ``pong_s``, between two pings, and until a client
that does not answer is closed with 3012; ``forgets``: each so many-th subscriber is confirmed and gets nothing. The
channel ``closed`` is nobody's. Up to 16 messages go into one frame, one a line, as many as wait. Who says something
before `connect`, uses the id 0, or answers a ping that was none is closed with 3501; on SIGTERM all are, with 3001.

Sources: centrifugal.dev, docs/transports/client_protocol, docs/server/codes; centrifuge, writer.go and client.go.
"""

import asyncio
import json
import signal
import sys
from collections import defaultdict
from contextlib import suppress
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

BATCH = 16
BAD_REQUEST = (3501, "bad request")


class Client:
    """One connection: what is to be said to it waits in a queue."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection
        self.waiting: asyncio.Queue[str] = asyncio.Queue()
        self.is_connected = self.is_asked = False

    async def write(self) -> None:
        """Say what waits, several messages in one frame."""
        with suppress(ConnectionClosed):
            while True:
                lines = [await self.waiting.get()]
                while len(lines) < BATCH and not self.waiting.empty():
                    lines.append(self.waiting.get_nowait())
                await self.connection.send("\n".join(lines))

    async def ping(self, every_s: float, patience_s: float) -> None:
        """Ask whether it is there, and close it if it does not say so."""
        while True:
            await asyncio.sleep(every_s)
            self.is_asked = True
            self.waiting.put_nowait("{}")
            await asyncio.sleep(patience_s)
            if self.is_asked:
                await self.connection.close(3012, "no pong")


class Server:
    """All connections and channels."""

    def __init__(self, token: str = "", ping_s: float = 25.0, pong_s: float = 8.0, forgets: int = 0) -> None:
        self._token, self._ping_s, self._pong_s = token, ping_s, pong_s
        self._forgets, self._subscribed = forgets, 0
        self._channels: defaultdict[str, set[Client]] = defaultdict(set)

    async def converse(self, connection: ServerConnection) -> None:
        """Do what one client asks for until it goes."""
        client = Client(connection)
        tasks = [asyncio.create_task(client.write())]
        try:
            async for frame in connection:
                for line in str(frame).split("\n"):
                    if line and not await self._obey(client, json.loads(line), tasks):
                        return
        finally:
            for task in tasks:
                task.cancel()
            for members in self._channels.values():
                members.discard(client)

    async def _obey(self, client: Client, command: dict[str, Any], tasks: list[asyncio.Task[None]]) -> bool:
        is_pong = not command
        if is_pong and client.is_asked:
            client.is_asked = False
            return True
        if is_pong or not command.get("id") or client.is_connected == ("connect" in command):
            await client.connection.close(*BAD_REQUEST)
            return False
        if "connect" in command:
            return await self._connect(client, command, tasks)
        name = next(one for one in ("subscribe", "publish") if one in command)
        channel = command[name]["channel"]
        if channel == "closed":
            error = {"code": 103, "message": "permission denied"}
            self._say(client, {"id": command["id"], "error": error})
            return True
        self._say(client, {"id": command["id"], name: {}})
        if name == "subscribe":
            self._subscribed += 1
            if not self._forgets or self._subscribed % self._forgets:
                self._channels[channel].add(client)
        else:
            push = json.dumps({"push": {"channel": channel, "pub": {"data": command[name]["data"]}}})
            for member in self._channels[channel]:
                member.waiting.put_nowait(push)
        return True

    async def _connect(
        self, client: Client, command: dict[str, Any], tasks: list[asyncio.Task[None]]
    ) -> bool:
        if self._token and command["connect"].get("token") != self._token:
            await client.connection.close(3500, "invalid token")
            return False
        client.is_connected = True
        told = {"client": "c", "version": "0", "ping": self._ping_s, "pong": True}
        self._say(client, {"id": command["id"], "connect": told})
        tasks.append(asyncio.create_task(client.ping(self._ping_s, self._pong_s)))
        return True

    @staticmethod
    def _say(client: Client, message: dict[str, Any]) -> None:
        client.waiting.put_nowait(json.dumps(message, separators=(",", ":")))


async def main() -> None:
    """Serve until told to end."""
    server, over = Server(**json.loads(sys.argv[1])), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    async with serve(server.converse, "127.0.0.1", 0, ping_interval=None, compression=None) as listening:
        print(json.dumps({"port": listening.sockets[0].getsockname()[1]}), flush=True)
        await over.wait()
        for connection in list(listening.connections):
            await connection.close(3001, "shutdown")


if __name__ == "__main__":
    asyncio.run(main())
