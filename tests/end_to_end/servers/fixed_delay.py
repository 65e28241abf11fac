"""``fixed_delay(delay)``: an echo that sends each reply ``delay`` seconds after it has read the message.

Delays run side by side: a thousand messages at once come back together, in order. A reply is never early.
Facts: those of ``PicowsServer``; ``held_ns``: for every reply, in order of sending, the time from reading
the message to handing the reply to the socket; ``held``: their summary.
"""

from time import monotonic_ns
from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run, summarise
from tests.end_to_end.servers.timer import SECOND_NS, Timer


class FixedDelay(PicowsServer):
    """Answers each message with itself, ``delay`` seconds later."""

    def __init__(self, delay: float) -> None:
        super().__init__()
        self._delay_ns = round(delay * SECOND_NS)
        self._held_ns: list[int] = []

    async def listen(self) -> dict[str, Any]:
        self._timer = Timer()
        return await super().listen()

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        read_ns = monotonic_ns()
        self._timer.call_at(read_ns + self._delay_ns, self._reply, connection, kind, payload, read_ns)

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "held": summarise(self._held_ns), "held_ns": self._held_ns}

    def _reply(self, connection: Connection, kind: WSMsgType, payload: bytes, read_ns: int) -> None:
        self._held_ns.append(monotonic_ns() - read_ns)
        connection.send(kind, payload)


if __name__ == "__main__":
    run(FixedDelay)
