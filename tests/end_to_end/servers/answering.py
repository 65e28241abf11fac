"""``answering(greets=(), answers=None, late_s=0, closes_after=None)``: says what it is told to, keeps what it hears.

``greets`` are said ``late_s`` after a connection has opened, ``answers[n]`` after its message n; without ``answers``
each message is answered with itself. ``{token}`` in them is another on each connection, ``hex:00ff`` a binary one.
After message number ``closes_after`` (and its answers) the server closes with 4001 and a reason with the token.
Facts: those of ``PicowsServer``; ``heard``: per connection in order of opening ``path``, ``headers``, ``token``,
``asked_ns`` (before the handshake was answered), ``greeted_ns`` (before that was said, or null) and ``messages``: the
moment, the kind (``text``, ``binary``) and the bytes, as hex, of each.
"""

import asyncio
from collections.abc import Sequence
from time import monotonic_ns
from typing import Any

from picows import WSMsgType, WSUpgradeRequest

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run


class Answering(PicowsServer):
    """Says what it was told to."""

    def __init__(
        self,
        greets: Sequence[str] = (),
        answers: Sequence[Sequence[str]] | None = None,
        late_s: float = 0.0,
        closes_after: int | None = None,
    ) -> None:
        super().__init__()
        self._greets, self._answers, self._late_s = greets, answers, late_s
        self._closes_after = closes_after
        self._heard: dict[int, dict[str, Any]] = {}
        self._requests: list[tuple[int, WSUpgradeRequest]] = []

    def opened(self, connection: Connection) -> None:
        super().opened(connection)
        asked_ns, request = self._requests.pop(0)
        self._heard[connection.number] = {
            "path": request.path.decode(),
            "headers": dict(request.headers.items()),
            "token": f"live{connection.number:04d}beef",
            "asked_ns": asked_ns,
            "greeted_ns": None,
            "messages": [],
        }
        asyncio.get_running_loop().call_later(self._late_s, self._greet, connection)

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        heard = self._heard[connection.number]["messages"]
        heard.append((monotonic_ns(), "binary" if kind == WSMsgType.BINARY else "text", payload.hex()))
        if self._answers is None:
            connection.send(kind, payload)
        elif connection.received < len(self._answers):
            self._say_all(connection, self._answers[connection.received])
        if self._closes_after == connection.received + 1:
            connection.close(4001, f"token {self._heard[connection.number]['token']} expired")

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "heard": [one for _, one in sorted(self._heard.items())]}

    def _greet(self, connection: Connection) -> None:
        self._heard[connection.number]["greeted_ns"] = monotonic_ns()
        self._say_all(connection, self._greets)

    def _say_all(self, connection: Connection, messages: Sequence[str]) -> None:
        for message in messages:
            said = message.replace("{token}", self._heard[connection.number]["token"])
            if said.startswith("hex:"):
                connection.send(WSMsgType.BINARY, bytes.fromhex(said[4:]))
            else:
                connection.send(WSMsgType.TEXT, said.encode())

    def _new_connection(self, request: WSUpgradeRequest) -> Connection:
        self._requests.append((monotonic_ns(), request))
        return Connection(self)


if __name__ == "__main__":
    run(Answering)
