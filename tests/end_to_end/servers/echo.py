"""``echo()``: every message comes back at once, text as text, binary as binary.

Facts: those of ``PicowsServer``.
"""

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run


class Echo(PicowsServer):
    """Answers each message with itself."""

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        connection.send(kind, payload)


if __name__ == "__main__":
    run(Echo)
