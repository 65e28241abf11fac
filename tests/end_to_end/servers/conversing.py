"""``conversing(ready_s=0.05, ping_s=None, pong_s=0)``: a chat that greets, wants a token, hangs up on the silent.

It says hello with a session id, in one frame with a line of news; wants ``{"token", "sid"}``; and after ``ready_s``
acknowledges, from when on the connection gets what each one says. Tokens that begin with ``bad`` are refused in a
frame, ``shut`` by a close frame with 4403, ``mute`` not at all. With ``ping_s`` each client is asked ``ping`` so
often, as soon as it has said ``pong``; one that has not so long after the next time, ``pong_s``, is told
``{"error": "too slow"}`` and closed with 1000.
Facts: ``paths``, ``tokens``, ``broadcasts`` by those who are acknowledged, ``pongs``, ``ticks``.
"""

import asyncio
import json
from typing import Any

from websockets.asyncio.server import ServerConnection, broadcast

from tests.end_to_end.servers.library_server import LibraryServer
from tests.end_to_end.servers.process import run


class Conversing(LibraryServer):
    """Converses first, and relays then."""

    def __init__(self, ready_s: float = 0.05, ping_s: float | None = None, pong_s: float = 0.0) -> None:
        super().__init__()
        self._ready_s, self._ping_s, self._pong_s = ready_s, ping_s, pong_s
        self._members: set[ServerConnection] = set()
        self._answered: dict[ServerConnection, asyncio.Event] = {}
        self._paths: list[str] = []
        self._tokens: list[str] = []
        self._counts = {"broadcasts": 0, "pongs": 0, "ticks": 0}

    async def converse(self, connection: ServerConnection) -> None:
        """Greet, wait for the token, and relay."""
        assert connection.request is not None
        self._paths.append(connection.request.path)
        sid = f"sid-{len(self._paths)}"
        await connection.send(f'{{"news":[]}}\n{{"type":"hello","sid":"{sid}"}}\n')
        said = _object(await connection.recv())
        self._tokens.append(said.get("token", ""))
        if said.get("sid") != sid or not await self._admits(connection, said["token"]):
            return
        await connection.send('{"type":"presence"}')
        await asyncio.sleep(self._ready_s)
        await connection.send(json.dumps({"type": "ack", "sid": sid}))
        self._members.add(connection)
        pings = asyncio.create_task(self._ping(connection))
        try:
            async for message in connection:
                self._relay(connection, str(message))
        finally:
            pings.cancel()
            self._members.discard(connection)

    def facts(self) -> dict[str, Any]:
        """What it did."""
        return {**super().facts(), **self._counts, "paths": self._paths, "tokens": self._tokens}

    async def _admits(self, connection: ServerConnection, token: str) -> bool:
        if token.startswith("bad"):
            await connection.send(f'{{"error":"Not authorized: {token}"}}')
        elif token == "shut":
            await connection.close(4403, "Forbidden")
        elif token != "mute":
            return True
        await connection.wait_closed()
        return False

    def _relay(self, connection: ServerConnection, message: str) -> None:
        if message == "pong":
            self._counts["pongs"] += 1
            if connection in self._answered:
                self._answered[connection].set()
        elif message == "tick":
            self._counts["ticks"] += 1
        else:
            self._counts["broadcasts"] += 1
            broadcast(self._members, message)

    async def _ping(self, connection: ServerConnection) -> None:
        while self._ping_s is not None:
            answered = self._answered[connection] = asyncio.Event()
            await connection.send("ping")
            await asyncio.sleep(self._ping_s)
            try:
                async with asyncio.timeout(self._pong_s):
                    await answered.wait()
            except TimeoutError:
                await connection.send('{"error":"too slow"}')
                await connection.close(1000)
                return


def _object(message: str | bytes) -> dict[str, str]:
    """Return the object that a message is, an empty one for any other."""
    try:
        said = json.loads(message)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


if __name__ == "__main__":
    run(Conversing)
