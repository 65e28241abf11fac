"""``idle(cut_after=None, ping_every=None, pings=None, is_answering=True)``: cuts connections that are silent.

An echo that ends the TCP connection, without a close frame, ``cut_after`` seconds after the client's last frame
(a message, a ping or a pong; the upgrade counts too). It pings every client each ``ping_every`` seconds, ``pings``
times or without end, and answers the client's pings unless ``is_answering`` is false.
Facts: those of ``PicowsServer``; ``pings_ns``: when it read each ping of a client, ``pinged``: those sent to them,
``cut``: connections ended for silence, ``held``: for how long each of these had been open, s.
"""

import asyncio
from time import monotonic_ns
from typing import Any

from picows import WSFrame, WSMsgType, WSTransport, WSUpgradeRequest

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run


class IdleConnection(Connection):
    """A connection whose silence is timed."""

    server: "Idle"
    _silence: asyncio.TimerHandle | None = None
    _pinged = 0

    def on_ws_connected(self, transport: WSTransport) -> None:
        super().on_ws_connected(transport)
        self.opened = self._loop().time()
        self._note_word()
        if self.server.ping_every is not None:
            self._loop().call_later(self.server.ping_every, self._ping)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        self._note_word()
        if frame.msg_type == WSMsgType.PING:
            self.server.pings_ns.append(monotonic_ns())
            if self.server.is_answering:
                transport.send_pong(frame.get_payload_as_bytes())
            return
        super().on_ws_frame(transport, frame)

    def _note_word(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
        if self.server.cut_after is not None:
            self._silence = self._loop().call_later(self.server.cut_after, self._cut)

    def _cut(self) -> None:
        if self.is_open:
            self.server.cut += 1
            self.server.held.append(self._loop().time() - self.opened)
            self.transport.disconnect(graceful=False)

    def _ping(self) -> None:
        if self.is_open and self.server.ping_every is not None and self._pinged != self.server.pings:
            self.transport.send_ping(b"still there?")
            self._pinged += 1
            self.server.pinged += 1
            self._loop().call_later(self.server.ping_every, self._ping)

    @staticmethod
    def _loop() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()


class Idle(PicowsServer):
    """Echoes, times silence, pings."""

    auto_pong = False

    def __init__(
        self,
        cut_after: float | None = None,
        ping_every: float | None = None,
        pings: int | None = None,
        is_answering: bool = True,
    ) -> None:
        super().__init__()
        self.cut_after, self.is_answering = cut_after, is_answering
        self.ping_every, self.pings = ping_every, pings
        self.pinged = self.cut = 0
        self.pings_ns: list[int] = []
        self.held: list[float] = []

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        connection.send(kind, payload)

    def facts(self) -> dict[str, Any]:
        return {
            **super().facts(),
            "pings_ns": self.pings_ns,
            "pinged": self.pinged,
            "cut": self.cut,
            "held": self.held,
        }

    def _new_connection(self, request: WSUpgradeRequest) -> IdleConnection:  # noqa: ARG002  # picows passes it
        return IdleConnection(self)


if __name__ == "__main__":
    run(Idle)
