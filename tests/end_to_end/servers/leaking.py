"""``leaking(size)``: keeps ``size`` bytes and one open descriptor of every connection that ever was, for ever.

Messages are ignored. What it keeps is written to, so that it is resident; all else of a connection is let go of.
Facts: those of ``PicowsServer``.
"""

import gc
import mmap
import os
from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run

ROOM = 1 << 28


class Leaking(PicowsServer):
    """Forgets nobody."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size, self._kept = size, mmap.mmap(-1, ROOM)

    async def listen(self) -> dict[str, Any]:
        gc.enable()  # what closed connections have left is not to be kept, too
        gc.set_threshold(200, 1, 1)
        return await super().listen()

    def opened(self, connection: Connection) -> None:
        super().opened(connection)
        os.dup(0)
        self._kept.write(bytes([1]) * self._size)

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        """Nothing."""


if __name__ == "__main__":
    run(Leaking)
