"""T10: the event loop's turns during a broadcast, on the documented manager and on the hardened one.

Server and clients share the test's loop, so that its turns can be counted.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect

from target_app.broadcast.framing import FramingProtocol
from target_app.broadcast.manager import ConnectionManager
from target_app.documented import chat as documented
from target_app.main import create_app
from target_app.settings import Settings
from tests.target_app.server import PATIENCE

CLIENTS, SLICE = 40, 4


@asynccontextmanager
async def chatting(app: FastAPI, **options: Any) -> AsyncIterator[list[ClientConnection]]:
    """Clients in the chat of an application that is served in this loop."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", **options))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                # Who left is not read, and has to have a place.
                connect(f"ws://127.0.0.1:{port}/ws/{number}", proxy=None, max_queue=None)
            )
            for number in range(CLIENTS)
        ]
    server.should_exit = True
    await serving


async def turns_during(broadcast: Callable[[], Any]) -> int:
    """Turns of the loop while something runs."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await asyncio.sleep(0)
    before = turns
    await broadcast()
    turns_during_it = turns - before
    counting.cancel()
    return turns_during_it


async def turns_of_a_broadcast(manager: Any, app: FastAPI, **options: Any) -> int:
    """Turns of the loop while all clients are sent a message, which they then have."""
    async with chatting(app, **options) as clients:
        turns = await turns_during(lambda: manager.broadcast("hi"))
        async with asyncio.timeout(PATIENCE):
            assert [await client.recv() for client in clients] == ["hi"] * CLIENTS
    return turns


def test_t10_documented_a_broadcast_holds_the_loop_to_the_end() -> None:
    manager = documented.manager
    assert asyncio.run(turns_of_a_broadcast(manager, documented.app, ws="websockets-sansio")) == 0


def test_t10_hardened_the_loop_has_a_turn_after_each_slice() -> None:
    app = create_app(Settings(fanout_slice=SLICE))
    manager: ConnectionManager = app.state.manager
    assert asyncio.run(turns_of_a_broadcast(manager, app, ws=FramingProtocol)) >= CLIENTS // SLICE - 1
