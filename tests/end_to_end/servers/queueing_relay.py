"""``queueing_relay(queue=20, how="close")``: a queue of ``queue`` messages for each that is full; then it is ended.

What a client sends goes at once to every other whose kernel takes it. For one whose kernel took less than it was
given, messages wait; when one more than ``queue`` would, it is closed with 3008 "slow", or reset (``how="reset"``).
Facts: those of ``PicowsServer``; ``ended_ns``: per connection that was ended, by number, how long after the first
message was due, as its mark says.
"""

import socket
import struct
from collections import defaultdict, deque
from time import monotonic_ns
from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection
from tests.end_to_end.servers.pressed import PressedConnection, PressedServer
from tests.end_to_end.servers.process import run
from tests.end_to_end.servers.witness import MARK

SLOW = 3008


class QueueingConnection(PressedConnection):
    """Which has a queue."""

    server: "QueueingRelay"

    def resume_writing(self) -> None:
        super().resume_writing()
        self.server.flush(self)


class QueueingRelay(PressedServer):
    """Ends who does not keep up."""

    def __init__(self, queue: int = 20, how: str = "close") -> None:
        super().__init__()
        self._most, self._how = queue, how
        self._queues: defaultdict[Connection, deque[tuple[WSMsgType, bytes]]] = defaultdict(deque)
        self._first_ns: int | None = None
        self._ended_ns: dict[str, int] = {}

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        if self._first_ns is None and (found := MARK.search(payload)):
            self._first_ns = int(found[1], 16)
        for receiver in self.receivers_of(connection):
            self._queues[receiver].append((kind, payload))
            self.flush(receiver)
            if len(self._queues[receiver]) > self._most:
                self._end(receiver)

    def flush(self, receiver: PressedConnection) -> None:
        """Send what waits, as long as the kernel takes it."""
        waiting = self._queues[receiver]
        while waiting and not receiver.is_pressed:
            receiver.send(*waiting.popleft())

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "ended_ns": self._ended_ns}

    def _new_connection(self, request: Any) -> Connection:  # noqa: ARG002  # picows passes it
        return QueueingConnection(self)

    def _end(self, receiver: PressedConnection) -> None:
        self._ended_ns[str(receiver.number)] = monotonic_ns() - (self._first_ns or 0)
        self._queues[receiver].clear()
        if self._how == "close":
            receiver.close(SLOW, "slow")
            return
        self.open.pop(receiver, None)
        receiver.is_open = False
        tcp = receiver.transport.underlying_transport
        tcp.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        tcp.abort()


if __name__ == "__main__":
    run(QueueingRelay)
