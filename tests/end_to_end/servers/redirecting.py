"""``redirecting(status=301, to=None)``: an echo at ``/0``, and redirects that lead to it.

``/n`` answers with the status and the address of ``/n-1``; ``/circle`` with its own. With ``to`` all but ``/0``
leads there instead.
Facts: those of ``LibraryServer``; ``paths``: how often each was asked for.
"""

from collections import Counter
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from tests.end_to_end.servers.library_server import LibraryServer
from tests.end_to_end.servers.process import run


class Redirecting(LibraryServer):
    """Sends clients on, and answers each message with itself where they arrive."""

    def __init__(self, status: int = 301, to: str | None = None) -> None:
        super().__init__()
        self._status, self._to = status, to
        self._paths: Counter[str] = Counter()

    def options(self) -> dict[str, Any]:
        return {"process_request": self._redirect}

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "paths": dict(self._paths)}

    def _redirect(self, connection: ServerConnection, request: Request) -> Response | None:
        self._paths[request.path] += 1
        name = request.path.strip("/")
        if name in ("", "0"):
            return None
        response = connection.respond(self._status, "elsewhere\n")
        next_path = "/circle" if name == "circle" else f"/{int(name) - 1}"
        response.headers["Location"] = self._to or next_path
        return response


if __name__ == "__main__":
    run(Redirecting)
