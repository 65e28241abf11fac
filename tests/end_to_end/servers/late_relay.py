"""``late_relay(after=0.05, every=0)``: a relay that adds each client ``after`` seconds after it has connected.

From then on the client gets what the others send, but for every ``every``-th delivery to it, the first never among
them; 0: all. Facts: those of ``PicowsServer``; ``sent`` is the number of deliveries; ``lost``: those not made.
"""

import asyncio
from collections import Counter
from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run


class LateRelay(PicowsServer):
    """Sends each message to every other client that has been there for a while."""

    def __init__(self, after: float = 0.05, every: int = 0) -> None:
        super().__init__()
        self._after, self._every = after, every
        self._due: Counter[Connection] = Counter()
        self._room: set[Connection] = set()
        self._lost = 0

    def opened(self, connection: Connection) -> None:
        super().opened(connection)
        asyncio.get_running_loop().call_later(self._after, self._room.add, connection)

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        for receiver in self._room.intersection(self.open) - {connection}:
            self._due[receiver] += 1
            if self._every and self._due[receiver] % self._every == 0:
                self._lost += 1
            else:
                receiver.transport.send(kind, payload)
                self.sent += 1

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "lost": self._lost}


if __name__ == "__main__":
    run(LateRelay)
