"""``deflate_echo()``: an echo that offers permessage-deflate, on the ``websockets`` library.

Messages to a connection that negotiated it go out compressed.
Facts: those of ``LibraryServer``; ``negotiated``: a list with, for each connection in order of opening,
the extensions agreed on (``["permessage-deflate"]`` or ``[]``); ``compressed``: messages that came in
compressed.
"""

from collections.abc import Sequence
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import Frame
from websockets.typing import ExtensionParameter

from tests.end_to_end.servers.library_server import LibraryServer
from tests.end_to_end.servers.process import run


class DeflateEcho(LibraryServer):
    """Answers each message with itself, compressed where the client agreed."""

    def __init__(self) -> None:
        super().__init__()
        self._negotiated: list[list[str]] = []
        self._deflate = _CountingFactory()

    def options(self) -> dict[str, Any]:
        return {"extensions": [self._deflate]}

    async def converse(self, connection: ServerConnection) -> None:
        self._negotiated.append([extension.name for extension in connection.protocol.extensions])
        await super().converse(connection)

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "negotiated": self._negotiated, "compressed": self._deflate.compressed}


class _CountingFactory(ServerPerMessageDeflateFactory):
    """Negotiates permessage-deflate and counts the compressed messages of all connections."""

    compressed = 0

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
        answer, extension = super().process_request_params(params, accepted_extensions)
        decode = extension.decode

        def count_and_decode(frame: Frame, *, max_size: int | None = None) -> Frame:
            self.compressed += frame.rsv1
            return decode(frame, max_size=max_size)

        extension.decode = count_and_decode  # type: ignore[method-assign]  # on this one object
        return answer, extension


if __name__ == "__main__":
    run(DeflateEcho)
