"""An ASGI application made slower by a known amount: `python -m wswarm.drive.host.slowed IMPORT:APP --port N`.

What is slower is the taking of each message: it spends CPU, or waits, before the application sees it.
"""

import argparse
import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from wswarm.drive.host.target import WS_PROTOCOLS
from wswarm.reference import HOST, ServerOptions

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Slowed:
    """An application that takes its WebSocket messages more slowly.

    Args:
        spin_ns: CPU spent on each message.
        delay_s: Wait of one message in `every`.
    """

    def __init__(self, application: Application, spin_ns: int, delay_s: float, every: int) -> None:
        self._application = application
        self._spin_ns, self._delay_s, self._every = spin_ns, delay_s, every
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "websocket":
            await self._application(scope, receive, send)
            return

        async def receive_slowly() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                spin(self._spin_ns)
                if self._delay_s and next(self._numbers) % self._every == 0:
                    await asyncio.sleep(self._delay_s)
            return message

        await self._application(scope, receive_slowly, send)


def spin(length_ns: int) -> None:
    """Spend CPU time, whatever else the core does meanwhile."""
    if length_ns <= 0:
        return
    end_ns = time.thread_time_ns() + length_ns
    while time.thread_time_ns() < end_ns:
        pass


def main() -> None:
    """Serve until SIGTERM."""
    import uvicorn
    from uvicorn.importer import import_from_string

    parser = argparse.ArgumentParser(prog="python -m wswarm.drive.host.slowed", description=__doc__)
    parser.add_argument("application")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--spin", type=int, default=0, help="ns of CPU for each message")
    parser.add_argument("--delay", type=float, default=0.0, help="s that one message in so many waits")
    parser.add_argument("--every", type=int, default=50, help="so many")
    given = parser.parse_args()
    application = Slowed(import_from_string(given.application), given.spin, given.delay, given.every)
    options = ServerOptions()
    uvicorn.run(
        application,
        host=HOST,
        port=given.port,
        ws=WS_PROTOCOLS[options.ws],
        loop=options.loop,
        http=options.http,
        ws_per_message_deflate=options.deflate,
        log_level=options.log_level,
        access_log=False,
    )


if __name__ == "__main__":
    main()
