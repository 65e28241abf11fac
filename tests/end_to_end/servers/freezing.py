"""``freezing(freeze=1.0, every=5.0, first=None, count=None)``: an echo that stops dead now and then.

The grid begins with the first message read. At ``first`` (default: ``every``) seconds after it, and every
``every`` seconds from there, ``count`` times (default: without end), the whole process sleeps until
``freeze`` seconds past that point of the grid: nothing is read or sent; the kernel still takes new
connections and bytes.
Facts: those of ``PicowsServer``; ``first_message_ns``, or null; ``freezes_ns``: ``[start, end]`` of every freeze
as it was; ``replies_ns``: ``[intended, replied]`` of every marked message in order of reading, ``intended`` as
its mark says.
"""

import time
from time import monotonic_ns
from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run
from tests.end_to_end.servers.timer import SECOND_NS, Timer
from tests.end_to_end.servers.witness import MARK


class Freezing(PicowsServer):
    """Answers each message with itself, except during a freeze."""

    def __init__(
        self, freeze: float = 1.0, every: float = 5.0, first: float | None = None, count: int | None = None
    ) -> None:
        if not 0 < freeze < every:
            raise ValueError(f"freeze ({freeze}) must be above 0 and below every ({every})")
        super().__init__()
        self._freeze_ns = round(freeze * SECOND_NS)
        self._every_ns = round(every * SECOND_NS)
        self._first_ns = self._every_ns if first is None else round(first * SECOND_NS)
        self._count = count
        self._first_message_ns: int | None = None
        self._freezes_ns: list[tuple[int, int]] = []
        self._replies_ns: list[tuple[int, int]] = []

    async def listen(self) -> dict[str, Any]:
        self._timer = Timer()
        return await super().listen()

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        if self._first_message_ns is None:
            self._first_message_ns = monotonic_ns()
            self._plan(self._first_message_ns + self._first_ns)
        connection.send(kind, payload)
        found = MARK.search(payload)
        if found is not None:
            self._replies_ns.append((int(found[1], 16), monotonic_ns()))

    def facts(self) -> dict[str, Any]:
        own = {
            "first_message_ns": self._first_message_ns,
            "freezes_ns": self._freezes_ns,
            "replies_ns": self._replies_ns,
        }
        return {**super().facts(), **own}

    def _plan(self, due_ns: int) -> None:
        if self._count is None or len(self._freezes_ns) < self._count:
            self._timer.call_at(due_ns, self._freeze, due_ns)

    def _freeze(self, due_ns: int) -> None:
        start_ns = monotonic_ns()
        time.sleep(max(0, due_ns + self._freeze_ns - start_ns) / SECOND_NS)
        self._freezes_ns.append((start_ns, monotonic_ns()))
        self._plan(due_ns + self._every_ns)


if __name__ == "__main__":
    run(Freezing)
