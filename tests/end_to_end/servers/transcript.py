"""``transcript()``: an echo that keeps what each connection said first.

Facts: those of ``PicowsServer``; ``said``: per connection, in order of opening, the kind (``text``, ``binary``) and
the bytes, as hex, of its first four messages.
"""

from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run

KEPT = 4


class Transcript(PicowsServer):
    """Answers each message with itself and keeps the first."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[int, list[tuple[str, str]]] = {}

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        said = self._said.setdefault(connection.number, [])
        if len(said) < KEPT:
            said.append(("binary" if kind == WSMsgType.BINARY else "text", payload.hex()))
        connection.send(kind, payload)

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "said": [said for _, said in sorted(self._said.items())]}


if __name__ == "__main__":
    run(Transcript)
