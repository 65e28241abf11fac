"""``headers_echo(keep=5, file=None)``: an echo that writes down how every client introduced itself.

It listens on the socket file ``file`` if one is given, and takes the first subprotocol offered, if any, and
no extension.
Facts: those of ``LibraryServer``; ``requests``: for each connection in order of opening, ``path`` (with
query), ``headers`` (a list of ``[name, value]`` as received, in order), ``cookies`` (by name),
``origin``, ``user_agent`` (null when absent), ``subprotocol`` (the one taken, or null), and ``messages``:
the first ``keep`` of them, text as a string, binary as ``{"hex": …}``.
"""

from collections.abc import Sequence
from contextlib import suppress
from http.cookies import SimpleCookie
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.end_to_end.servers.library_server import LibraryServer
from tests.end_to_end.servers.process import run


class HeadersEcho(LibraryServer):
    """Answers each message with itself, and remembers how each connection began."""

    def __init__(self, keep: int = 5, file: str | None = None) -> None:
        super().__init__()
        self.file = file
        self._keep = keep
        self._requests: list[dict[str, Any]] = []

    def options(self) -> dict[str, Any]:
        return {"select_subprotocol": _take_first}

    async def converse(self, connection: ServerConnection) -> None:
        messages: list[str | dict[str, str]] = []
        self._requests.append({**_describe(connection), "messages": messages})
        async for message in connection:
            self.received += 1
            if len(messages) < self._keep:
                messages.append(message if isinstance(message, str) else {"hex": message.hex()})
            with suppress(ConnectionClosed):  # more may have come before that
                await connection.send(message)
                self.sent += 1

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "requests": self._requests}


def _describe(connection: ServerConnection) -> dict[str, Any]:
    assert connection.request is not None
    headers = connection.request.headers
    cookies = SimpleCookie("; ".join(headers.get_all("Cookie")))
    return {
        "path": connection.request.path,
        "headers": list(headers.raw_items()),
        "cookies": {name: morsel.value for name, morsel in cookies.items()},
        "origin": headers.get("Origin"),
        "user_agent": headers.get("User-Agent"),
        "subprotocol": connection.subprotocol,
    }


def _take_first(connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return offered[0] if offered else None


if __name__ == "__main__":
    run(HeadersEcho)
