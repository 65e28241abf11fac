"""``staircase(step=0.001, skip_first=0, limit=None)``: one receiver after another.

A relay that reaches receiver number i after i × ``step`` seconds.

The time runs from reading the message; a delivery is never early; messages run side by side. Who is a
receiver, and under which number, and what ``skip_first`` and ``limit`` do, is told by ``Receivers``.
Facts: those of ``PicowsServer``; ``publishers``, ``receivers``; ``held_ns``: per receiver number, for
every delivery in order of sending, the time from reading the message to handing it to the socket;
``held``: the summary of each.
"""

from collections import defaultdict
from time import monotonic_ns
from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run, summarise
from tests.end_to_end.servers.receivers import Receivers
from tests.end_to_end.servers.timer import SECOND_NS, Timer


class Staircase(PicowsServer):
    """Sends each message to every receiver, to each one ``step`` seconds later than to the one before."""

    def __init__(self, step: float = 0.001, skip_first: int = 0, limit: int | None = None) -> None:
        super().__init__()
        self._step_ns = round(step * SECOND_NS)
        self._receivers = Receivers(self, skip_first, limit)
        self._held_ns: defaultdict[int, list[int]] = defaultdict(list)

    async def listen(self) -> dict[str, Any]:
        self._timer = Timer()
        return await super().listen()

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        read_ns = monotonic_ns()
        for number, receiver in self._receivers.receivers_of(connection):
            due_ns = read_ns + number * self._step_ns
            self._timer.call_at(due_ns, self._deliver, number, receiver, kind, payload, read_ns)

    def facts(self) -> dict[str, Any]:
        return {
            **super().facts(),
            "publishers": self._receivers.publishers,
            "receivers": self._receivers.receivers,
            "held": {str(number): summarise(held) for number, held in self._held_ns.items()},
            "held_ns": {str(number): held for number, held in self._held_ns.items()},
        }

    def _deliver(
        self, number: int, receiver: Connection, kind: WSMsgType, payload: bytes, read_ns: int
    ) -> None:
        self._held_ns[number].append(monotonic_ns() - read_ns)
        receiver.send(kind, payload)


if __name__ == "__main__":
    run(Staircase)
