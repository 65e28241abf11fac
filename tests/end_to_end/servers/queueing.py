"""``queueing(each, delay)``: an echo that works for ``each`` seconds on every message, one after the other.

A message waits until those before it are done; its reply goes out ``delay`` seconds after it is done itself, side by
side with others. So a spike leaves a queue that shrinks by as much as comes less than 1 / ``each``.
A ping comes behind each reply, which a client answers when it has read that far.
Facts: those of ``PicowsServer``; ``replies_ns``: ``[intended, replied]`` of every marked message, ``intended`` as its
mark says; ``heard_ns``: ``[intended, pong read]``.
"""

from time import monotonic_ns
from typing import Any

from picows import WSMsgType, WSUpgradeRequest

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run
from tests.end_to_end.servers.timer import SECOND_NS, Timer
from tests.end_to_end.servers.witness import MARK, Watched


class Queueing(PicowsServer):
    """Answers each message with itself when its turn is over."""

    def __init__(self, each: float, delay: float) -> None:
        super().__init__()
        self._each_ns, self._delay_ns = round(each * SECOND_NS), round(delay * SECOND_NS)
        self._free_ns = 0
        self._replies_ns: list[tuple[int, int]] = []
        self.deliveries_ns: list[tuple[int, int]] = []

    async def listen(self) -> dict[str, Any]:
        self._timer = Timer()
        return await super().listen()

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        self._free_ns = max(monotonic_ns(), self._free_ns) + self._each_ns
        self._timer.call_at(self._free_ns + self._delay_ns, self._reply, connection, kind, payload)

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "replies_ns": self._replies_ns, "heard_ns": self.deliveries_ns}

    def _new_connection(self, request: WSUpgradeRequest) -> Connection:  # noqa: ARG002  # picows passes it
        return Watched(self)

    def _reply(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        found = MARK.search(payload)
        if found is not None:
            self._replies_ns.append((int(found[1], 16), monotonic_ns()))
        connection.send(kind, payload)
        if found is not None and connection.is_open:
            connection.transport.send_ping(str(int(found[1], 16)).encode())


if __name__ == "__main__":
    run(Queueing)
