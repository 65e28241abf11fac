"""``pushing(push_s=0.05, answer_s=0.03)``: answers each message, and sends much that nobody asked for.

Each connection gets ``push`` every ``push_s``, and before each an unsolicited pong and a ping. A message is answered
``answer_s`` after it was read by ``re:`` and itself, in three fragments with a ping between them.
Facts: those of ``LibraryServer``.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tests.end_to_end.servers.library_server import LibraryServer
from tests.end_to_end.servers.process import run


class Pushing(LibraryServer):
    """Pushes, and answers."""

    def __init__(self, push_s: float = 0.05, answer_s: float = 0.03) -> None:
        super().__init__()
        self._push_s, self._answer_s = push_s, answer_s

    async def converse(self, connection: ServerConnection) -> None:
        """Answer what comes, side by side."""
        async with asyncio.TaskGroup() as tasks:
            pushes = tasks.create_task(self._push(connection))
            with suppress(ConnectionClosed):
                async for message in connection:
                    self.received += 1
                    tasks.create_task(self._answer(connection, str(message)))
            pushes.cancel()

    async def _push(self, connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(self._push_s)
                await connection.pong(b"re:pong")
                await connection.ping()
                await connection.send("push")

    async def _answer(self, connection: ServerConnection, message: str) -> None:
        await asyncio.sleep(self._answer_s)
        with suppress(ConnectionClosed):
            await connection.send(_fragments(connection, f"re:{message}"))
            self.sent += 1


async def _fragments(connection: ServerConnection, text: str) -> AsyncIterator[str]:
    yield text[:2]
    await connection.ping()
    yield text[2:4]
    yield text[4:]


if __name__ == "__main__":
    run(Pushing)
