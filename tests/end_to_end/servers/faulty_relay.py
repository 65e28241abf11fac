"""``faulty_relay(lose, duplicate, reorder, close, skip_first=0, limit=None, publishers=1)``: faults by rule.

``lose``, ``duplicate`` and ``reorder`` are rules as in ``faulty_echo``, here over the receiver's number
and the number n of the message among its publisher's, from 0 as the server reads them, warm-up included.
``close`` is ``{"receivers": [4], "at": 20, "code": 1011}``: when message 20 of any publisher is read,
receiver 4 gets a close frame instead of it, and nothing afterwards. Who is a receiver, and under which
number, and what the other three do, is told by ``Receivers``; publishers receive nothing.
Facts: those of ``PicowsServer``; ``publishers``, ``receivers``; the lists of ``Faults``, entries
``[receiver, publisher, n]``; ``closed``: a list of ``[receiver, publisher, n, instant]``, by us.
"""

from dataclasses import dataclass
from functools import partial
from time import monotonic_ns
from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run
from tests.end_to_end.servers.receivers import Receivers
from tests.end_to_end.servers.rules import Faults


@dataclass(frozen=True, slots=True)
class Close:
    """Which receivers are closed, at which message, with which code."""

    receivers: list[int]
    at: int
    code: int = 1011


class FaultyRelay(PicowsServer):
    """Sends each message to every receiver, unless a rule says otherwise."""

    def __init__(
        self,
        close: dict[str, Any] | None = None,
        skip_first: int = 0,
        limit: int | None = None,
        publishers: int = 1,
        **rules: dict[str, Any] | None,
    ) -> None:
        super().__init__()
        self._close = Close(**close) if close else Close([], -1)
        self._receivers = Receivers(self, skip_first, limit, publishers)
        self._faults = Faults(**rules)
        self._closed: list[tuple[int, int, int, int]] = []

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        publisher, n = self._receivers.publisher_number(connection), connection.received
        for number, receiver in self._receivers.receivers_of(connection):
            if n == self._close.at and number in self._close.receivers:
                receiver.close(self._close.code, f"closed at message {n}")
                self._closed.append((number, publisher, n, monotonic_ns()))
            else:
                self._faults.deliver((number, publisher), n, partial(receiver.send, kind, payload))

    def facts(self) -> dict[str, Any]:
        return {
            **super().facts(),
            "publishers": self._receivers.publishers,
            "receivers": self._receivers.receivers,
            "closed": self._closed,
            **self._faults.facts(),
        }


if __name__ == "__main__":
    run(FaultyRelay)
