"""``admitting(rate, burst=None, free=0)``: a relay that lets in so many handshakes per second.

The first ``free`` handshakes are let in at once; of the others

- without ``burst`` each waits for its turn in a queue without end, from which one is let in every 1/``rate`` s, the
  first 1/``rate`` s after an idle time;
- with it a token bucket decides: it holds ``burst`` tokens at most, gains ``rate`` a second, and a handshake that
  finds none is refused with 503.

What a client sends goes at once to every other.
Facts: those of ``LibraryServer``; the instants at which handshakes ``came``, were ``admitted``, and connections
were ``lost``; ``refused``; ``late``: how late its loop was at worst, ns.
"""

import asyncio
from time import monotonic_ns
from typing import Any

from websockets.asyncio.server import ServerConnection, broadcast
from websockets.http11 import Request, Response

from tests.end_to_end.servers.lateness import NS_PER_S, Lateness
from tests.end_to_end.servers.library_server import LibraryServer
from tests.end_to_end.servers.process import run


class Admitting(LibraryServer):
    """Lets clients in at a rate, and relays what they say."""

    def __init__(self, rate: float, burst: float | None = None, free: int = 0) -> None:
        super().__init__()
        self._rate, self._burst, self._free = rate, burst, free
        self._next_ns = 0
        self._tokens, self._counted_ns = burst or 0.0, monotonic_ns()
        self._members: set[ServerConnection] = set()
        self._came: list[int] = []
        self._admitted: list[int] = []
        self._lost: list[int] = []
        self._refused = 0

    async def listen(self) -> dict[str, Any]:
        self._lateness = Lateness()
        return await super().listen()

    def options(self) -> dict[str, Any]:
        return {"process_request": self._receive_handshake}

    async def converse(self, connection: ServerConnection) -> None:
        self._members.add(connection)
        try:
            async for message in connection:
                self.received += 1
                others = self._members - {connection}
                broadcast(others, message)
                self.sent += len(others)
        finally:
            self._members.discard(connection)
            self._lost.append(monotonic_ns())

    def facts(self) -> dict[str, Any]:
        moments = {"came": self._came, "admitted": self._admitted, "lost": self._lost}
        return {**super().facts(), **moments, "refused": self._refused, "late": self._lateness.longest_ns}

    async def _receive_handshake(self, connection: ServerConnection, _: Request) -> Response | None:
        self._came.append(monotonic_ns())
        if self._free > 0:
            self._free -= 1
        elif self._burst is None:
            await self._wait_for_turn()
        elif not self._takes_token(self._burst):
            self._refused += 1
            return connection.respond(503, "too many at once\n")
        self._admitted.append(monotonic_ns())
        return None

    async def _wait_for_turn(self) -> None:
        self._next_ns = max(self._next_ns, monotonic_ns()) + round(NS_PER_S / self._rate)
        await asyncio.sleep((self._next_ns - monotonic_ns()) / NS_PER_S)

    def _takes_token(self, burst: float) -> bool:
        now = monotonic_ns()
        self._tokens = min(burst, self._tokens + (now - self._counted_ns) * self._rate / NS_PER_S)
        self._counted_ns = now
        has_one = self._tokens >= 1
        self._tokens -= has_one
        return has_one


if __name__ == "__main__":
    run(Admitting)
