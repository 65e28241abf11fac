"""``waiting_relay(wait=0.02)``: one receiver after another, and ``wait`` seconds for each that is full.

What a client sends goes to every other in order of connecting, one message at a time. Before a receiver whose kernel
took less than it was given, as one does who does not read, the server waits, and then sends all the same.
Facts: those of ``PicowsServer``; per message ``waits``: before how many it waited, ``held_ns``: from reading it until
the last had it.
"""

import asyncio
from time import monotonic_ns
from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection
from tests.end_to_end.servers.pressed import PressedServer
from tests.end_to_end.servers.process import run


class WaitingRelay(PressedServer):
    """Waits for who is full."""

    def __init__(self, wait: float = 0.02) -> None:
        super().__init__()
        self._wait = wait
        self._waits: list[int] = []
        self._held_ns: list[int] = []
        self._coming: asyncio.Queue[tuple[Connection, WSMsgType, bytes, int]] = asyncio.Queue()

    async def listen(self) -> dict[str, Any]:
        self._relaying = asyncio.create_task(self._relay())
        return await super().listen()

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        self._coming.put_nowait((connection, kind, payload, monotonic_ns()))

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "waits": self._waits, "held_ns": self._held_ns}

    async def _relay(self) -> None:
        while True:
            sender, kind, payload, read_ns = await self._coming.get()
            waits = 0
            for receiver in self.receivers_of(sender):
                if receiver.is_pressed:
                    await asyncio.sleep(self._wait)
                    waits += 1
                receiver.send(kind, payload)
            self._waits.append(waits)
            self._held_ns.append(monotonic_ns() - read_ns)


if __name__ == "__main__":
    run(WaitingRelay)
