"""What scripted fakes of protocols have in common: a server on `websockets` until standard input ends."""

import asyncio
import json
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

Converse = Callable[[ServerConnection], Awaitable[None]]


def parameters() -> Any:
    """Return what the test asks for."""
    return json.loads(sys.argv[1])


def run(
    converse: Converse, refuse: Callable[[ServerConnection, Request], Response | None] | None = None
) -> None:
    """Serve: one call per connection, which ends it; or an answer of HTTP that refuses it."""
    asyncio.run(_serve(converse, refuse))


async def _serve(converse: Converse, refuse: Any) -> None:
    async def quietly(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            await converse(connection)

    options: dict[str, Any] = {"ping_interval": None, "compression": None, "backlog": 1024}
    async with serve(quietly, "127.0.0.1", 0, process_request=refuse, **options) as server:
        print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
        await asyncio.get_running_loop().create_future()
