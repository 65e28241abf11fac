"""``batching(every, shapes=[["", "\\n", ""]], to_all=True)``: what is queued for a client goes out together.

Every ``every`` seconds a client gets one message: first, what has been queued for it, between between, and last;
text if what came was text. These three are one of the ``shapes``, which clients get in turn as they connect.
``to_all``: each message is queued for every client, its sender too; else for its sender alone. Facts: those of
``PicowsServer``; ``sent`` is the number of messages, ``items`` of what they held, ``most`` of that in one of them.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run


class Batching(PicowsServer):
    """Queues messages and sends what is queued together."""

    def __init__(
        self, every: float, shapes: Sequence[Sequence[str]] = (("", "\n", ""),), to_all: bool = True
    ) -> None:
        super().__init__()
        self._every_s, self._to_all = every, to_all
        self._shapes = [[part.encode() for part in shape] for shape in shapes]
        self._queues: defaultdict[Connection, list[bytes]] = defaultdict(list)
        self._kind = WSMsgType.TEXT
        self._items = self._most = 0

    async def listen(self) -> dict[str, Any]:
        asyncio.get_running_loop().call_later(self._every_s, self._flush)
        return await super().listen()

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        self._kind = kind
        for receiver in list(self.open) if self._to_all else [connection]:
            self._queues[receiver].append(payload)

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "items": self._items, "most": self._most}

    def _flush(self) -> None:
        asyncio.get_running_loop().call_later(self._every_s, self._flush)
        for receiver, queue in self._queues.items():
            if queue and receiver.is_open:
                first, between, last = self._shapes[receiver.number % len(self._shapes)]
                receiver.send(self._kind, first + between.join(queue) + last)
                self._items += len(queue)
                self._most = max(self._most, len(queue))
        self._queues.clear()


if __name__ == "__main__":
    run(Batching)
