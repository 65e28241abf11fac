"""``fixed_delay(delay)``: an echo that sends each reply ``delay`` seconds after it has read the message.

Delays run side by side: a thousand messages at once come back together, in order. A reply is never early.
Facts: those of ``PicowsServer``; ``held_ns``: for every reply, in order of sending, the time from reading
the message to handing the reply to the socket; ``held``: their summary; ``spans_ns``: per connection that sent a
marked message, how long after the first was intended, as its mark says, the last was answered.
"""

from time import monotonic_ns
from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run, summarise
from tests.end_to_end.servers.timer import SECOND_NS, Timer
from tests.end_to_end.servers.witness import MARK


class FixedDelay(PicowsServer):
    """Answers each message with itself, ``delay`` seconds later."""

    def __init__(self, delay: float) -> None:
        super().__init__()
        self._delay_ns = round(delay * SECOND_NS)
        self._held_ns: list[int] = []
        self._first_ns: dict[int, int] = {}
        self._spans_ns: dict[int, int] = {}

    async def listen(self) -> dict[str, Any]:
        self._timer = Timer()
        return await super().listen()

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        read_ns = monotonic_ns()
        if connection.number not in self._first_ns and (found := MARK.search(payload)):
            self._first_ns[connection.number] = int(found[1], 16)
        self._timer.call_at(read_ns + self._delay_ns, self._reply, connection, kind, payload, read_ns)

    def facts(self) -> dict[str, Any]:
        own = {"held": summarise(self._held_ns), "held_ns": self._held_ns}
        return {**super().facts(), **own, "spans_ns": list(self._spans_ns.values())}

    def _reply(self, connection: Connection, kind: WSMsgType, payload: bytes, read_ns: int) -> None:
        now_ns = monotonic_ns()
        self._held_ns.append(now_ns - read_ns)
        if connection.number in self._first_ns:
            self._spans_ns[connection.number] = now_ns - self._first_ns[connection.number]
        connection.send(kind, payload)


if __name__ == "__main__":
    run(FixedDelay)
