"""``parting(ends=[], after=0.2, status=None, body="", answer="same")``: an echo that says why it parts.

With a ``status`` every handshake is answered with it and ``body``. Otherwise connections count from 1 as they
open, and ``ends``, a list of ``[count, code, reason]``, tells in their order how the server ends them, ``after``
seconds from each one's opening, with 0 right behind the answer to its handshake, so that no client sees it open;
those beyond stay. ``answer`` is what comes back for a message: the ``same``, the same in ``upper`` case, with the
mark's moment ``ahead`` by centuries or ``ancient``, or one and the same ``error`` text.
In ``body``, the reasons and the error text ``{secret}`` stands for the value of the Authorization header that the
client sent, ``{cookie}`` for that of its Cookie header.
Facts: those of ``LibraryServer``.
"""

import asyncio
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.frames import Close, Frame, Opcode
from websockets.http11 import Request, Response

from tests.end_to_end.servers.library_server import LibraryServer
from tests.end_to_end.servers.process import run

ERROR = '{"error": "no such\tcommand", "you": "{secret}"}'


class Parting(LibraryServer):
    """Refuses all handshakes, or ends connections, in its own words."""

    def __init__(
        self,
        ends: list[tuple[int, int, str]] | None = None,
        after: float = 0.2,
        status: int | None = None,
        body: str = "",
        answer: str = "same",
    ) -> None:
        super().__init__()
        self._ends = [(code, reason) for count, code, reason in ends or () for _ in range(count)]
        self._after, self._status, self._body, self._answer = after, status, body, answer
        self._answered = 0

    def options(self) -> dict[str, Any]:
        return {"process_request": self._refuse, "process_response": self._end_at_once}

    async def converse(self, connection: ServerConnection) -> None:
        number = self.connections
        talk = asyncio.ensure_future(self._talk(connection))
        if number <= len(self._ends) and self._after > 0:
            code, reason = self._ends[number - 1]
            await asyncio.wait([talk], timeout=self._after)
            await connection.close(code, _filled(reason, connection))
        await talk

    async def _talk(self, connection: ServerConnection) -> None:
        async for message in connection:
            self.received += 1
            text = message if isinstance(message, str) else message.decode()
            answers = {"same": text, "upper": text.upper(), "error": _filled(ERROR, connection)}
            answers |= {"ahead": text[:-16] + "7" + 15 * "f", "ancient": text[:-16] + 16 * "0"}
            await connection.send(answers[self._answer])
            self.sent += 1

    def _refuse(self, connection: ServerConnection, request: Request) -> Response | None:
        if self._status is None:
            return None
        connection.request = request
        return connection.respond(self._status, _filled(self._body, connection))

    def _end_at_once(self, connection: ServerConnection, _: Request, response: Response) -> None:
        self._answered += 1
        if self._after == 0 and self._answered <= len(self._ends):
            code, reason = self._ends[self._answered - 1]
            close = Close(code, _filled(reason, connection)).serialize()
            response.body = Frame(Opcode.CLOSE, close).serialize(mask=False)  # both are one write


def _filled(text: str, connection: ServerConnection) -> str:
    headers = connection.request.headers if connection.request is not None else {}
    for name, header in (("{secret}", "Authorization"), ("{cookie}", "Cookie")):
        text = text.replace(name, headers.get(header, ""))
    return text


if __name__ == "__main__":
    run(Parting)
