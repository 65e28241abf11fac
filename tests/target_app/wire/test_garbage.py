"""Connections that have ended leave nothing for the garbage collector, which would stop the server to look for it."""

import asyncio
import gc
from collections.abc import Iterator

import pytest
import uvicorn
from websockets.asyncio.client import connect

from target_app.broadcast.framing import FramingProtocol
from target_app.main import create_app
from target_app.settings import Settings
from target_app.wire.requests import GuardedH11, GuardedHttpTools
from tests.target_app.server import PATIENCE

HTTP = (GuardedHttpTools, GuardedH11)


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Only reference counts free anything."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def left() -> list[str]:
    """What there is of connections."""
    kinds = (FramingProtocol, *HTTP)
    return [type(one).__name__ for one in gc.get_objects() if issubclass(type(one), kinds)]


async def connections(http: type[asyncio.Protocol]) -> None:
    """Connections that are closed, reset, refused, and such that come to nothing."""
    config = uvicorn.Config(
        create_app(Settings()), port=0, log_level="critical", http=http, ws=FramingProtocol
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    for path in ("/ws", "/ws/7"):
        async with connect(f"ws://127.0.0.1:{port}{path}", proxy=None) as client:
            await client.send("hi")
            await client.recv()
        client = await connect(f"ws://127.0.0.1:{port}{path}", proxy=None)
        client.transport.abort()
    for request in (
        b"",
        b"GET / HTTP/1.1\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        if request.endswith(b"\r\n\r\n"):
            await reader.read()
        writer.close()
        await writer.wait_closed()
    async with asyncio.timeout(PATIENCE):
        while server.server_state.connections or server.server_state.tasks:
            await asyncio.sleep(0.01)
    assert left() == []
    server.should_exit = True
    await serving


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("http", HTTP)
def test_ended_connections_are_gone_at_once(http: type[asyncio.Protocol]) -> None:
    asyncio.run(connections(http))
