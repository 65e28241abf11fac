"""``slowing(delay, growth)``: an echo whose replies take longer and longer, as those of a service that ages.

A reply comes ``delay`` seconds after its message was read, and ``delay`` × ``growth`` more for every second since the
first message. Facts: those of ``PicowsServer``.
"""

from time import monotonic_ns
from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run
from tests.end_to_end.servers.timer import SECOND_NS, Timer


class Slowing(PicowsServer):
    """Answers each message with itself, ever later."""

    def __init__(self, delay: float, growth: float) -> None:
        super().__init__()
        self._delay_ns, self._growth = delay * SECOND_NS, growth
        self._began_ns: int | None = None

    async def listen(self) -> dict[str, Any]:
        self._timer = Timer()
        return await super().listen()

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        now_ns = monotonic_ns()
        if self._began_ns is None:
            self._began_ns = now_ns
        aged_s = (now_ns - self._began_ns) / SECOND_NS
        due_ns = now_ns + round(self._delay_ns * (1 + self._growth * aged_s))
        self._timer.call_at(due_ns, connection.send, kind, payload)


if __name__ == "__main__":
    run(Slowing)
