"""``quitting(every=10, after=5)``: an echo that closes each connection whose number ``every`` divides.

It answers the first ``after`` messages of such a connection, and closes it with 1011 instead of answering the next.
Facts: those of ``PicowsServer``; ``quit``: how many it closed so.
"""

from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run


class Quitting(PicowsServer):
    """Answers each message with itself, until it has had enough of some."""

    def __init__(self, every: int = 10, after: int = 5) -> None:
        super().__init__()
        self._every, self._after = every, after
        self._quit = 0

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        if connection.number % self._every == 0 and connection.received >= self._after:
            self._quit += 1
            connection.close(1011)
        else:
            connection.send(kind, payload)

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "quit": self._quit}


if __name__ == "__main__":
    run(Quitting)
