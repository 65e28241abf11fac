"""``faulty_echo(lose=None, duplicate=None, reorder=None)``: an echo with faults by rule.

A rule is ``{"every": 10, "offset": 3, "receivers": [1, 2]}``: the replies to messages n with n % 10 == 3
on connections 1 and 2; ``offset`` is 0 and ``receivers`` everyone unless given. Messages count from 0 on
each connection, connections from 1 in the order of their handshakes. With one message outstanding (a
closed model) ``lose`` and ``reorder`` end the exchange.
Facts: those of ``PicowsServer``; the lists of ``Faults``, entries ``[connection, n]``.
"""

from functools import partial
from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run
from tests.end_to_end.servers.rules import Faults


class FaultyEcho(PicowsServer):
    """Answers each message with itself, unless a rule says otherwise."""

    def __init__(self, **rules: dict[str, Any] | None) -> None:
        super().__init__()
        self._faults = Faults(**rules)

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        send = partial(connection.send, kind, payload)
        self._faults.deliver((connection.number,), connection.received, send)

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), **self._faults.facts()}


if __name__ == "__main__":
    run(FaultyEcho)
