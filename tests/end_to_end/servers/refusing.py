"""``refusing(…_every, …)``: an echo that turns clients away, before or after they got in.

Handshakes count from 1 as their requests arrive. Number h is, by the first of these that divides it (0:
never),

- ``refuse_every``: answered with an HTTP status, those of ``statuses`` in turn (default 503);
- ``reset_every``: reset (RST) instead of answered; ``ignore_every``: read and never answered.

All others are accepted. Accepted connections count from 1 in order of opening. Number a is, by the first
that divides it,

- ``close_every``: sent a close frame with ``code`` (1013) and ``reason``; ``abort_every``: reset (RST),
  no close frame;

``after`` seconds from its opening (default 1), or, when ``after_messages`` is given, right after the
reply to its message of that number.
Facts: those of ``LibraryServer``; ``handshakes``; ``refused`` by status, ``reset``, ``ignored``;
``closed`` and ``aborted``: lists of ``[connection, instant]``.
"""

import asyncio
import socket
import struct
from collections import Counter
from time import monotonic_ns
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from tests.end_to_end.servers.library_server import LibraryServer
from tests.end_to_end.servers.process import run

LINGER_0 = struct.pack("ii", 1, 0)


class Refusing(LibraryServer):
    """Refuses some handshakes, ends some connections, and otherwise answers each message with itself."""

    def __init__(
        self,
        statuses: list[int] | None = None,
        code: int = 1013,
        reason: str = "try again later",
        after: float = 1.0,
        after_messages: int | None = None,
        **every: int,
    ) -> None:
        super().__init__()
        unknown = set(every) - {f"{fate}_every" for fate in ("refuse", "reset", "ignore", "close", "abort")}
        if unknown:
            raise ValueError(f"no such parameters: {', '.join(unknown)}")
        self._every = every
        self._statuses = statuses or [503]
        self._code, self._reason = code, reason
        self._after, self._after_messages = after, after_messages
        self._handshakes = self._reset = self._ignored = 0
        self._refused: Counter[int] = Counter()
        self._closed: list[tuple[int, int]] = []
        self._aborted: list[tuple[int, int]] = []

    def options(self) -> dict[str, Any]:
        return {"process_request": self._receive_handshake}

    async def converse(self, connection: ServerConnection) -> None:
        number = self.connections
        fate = self._fate(number, "close_every", "abort_every")
        if fate is None:
            await super().converse(connection)
        elif self._after_messages is None:
            echo = asyncio.ensure_future(super().converse(connection))
            await asyncio.wait([echo], timeout=self._after)
            if not echo.done():
                await self._end(connection, number, fate)
            await echo
        else:
            await self._echo_some(connection, self._after_messages)
            await self._end(connection, number, fate)

    def facts(self) -> dict[str, Any]:
        return {
            **super().facts(),
            "handshakes": self._handshakes,
            "refused": {str(status): count for status, count in self._refused.items()},
            "reset": self._reset,
            "ignored": self._ignored,
            "closed": self._closed,
            "aborted": self._aborted,
        }

    async def _receive_handshake(self, connection: ServerConnection, _: Request) -> Response | None:
        self._handshakes += 1
        fate = self._fate(self._handshakes, "refuse_every", "reset_every", "ignore_every")
        if fate == "refuse_every":
            status = self._statuses[self._refused.total() % len(self._statuses)]
            self._refused[status] += 1
            return connection.respond(status, "refused on purpose\n")
        if fate == "reset_every":
            self._reset += 1
            _reset(connection)
        elif fate == "ignore_every":
            self._ignored += 1
            await connection.wait_closed()
        return None

    async def _echo_some(self, connection: ServerConnection, count: int) -> None:
        for _ in range(count):
            message = await connection.recv()
            self.received += 1
            await connection.send(message)
            self.sent += 1

    async def _end(self, connection: ServerConnection, number: int, fate: str) -> None:
        if fate == "close_every":
            self._closed.append((number, monotonic_ns()))
            await connection.close(self._code, self._reason)
        else:
            self._aborted.append((number, monotonic_ns()))
            _reset(connection)

    def _fate(self, number: int, *names: str) -> str | None:
        return next(
            (name for name in names if self._every.get(name) and number % self._every[name] == 0), None
        )


def _reset(connection: ServerConnection) -> None:
    """Close the socket with a RST; what had not been sent is discarded."""
    connection.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
    connection.transport.abort()


if __name__ == "__main__":
    run(Refusing)
