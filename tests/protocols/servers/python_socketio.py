"""The chat of `socketio.mjs` on python-socketio and uvicorn, with the same parameters; times in s."""

import asyncio
import json
import os
import socket
import sys
import threading
from typing import Any

import socketio
import uvicorn


def chat(token: str | None = None, **timeouts: Any) -> Any:
    """Return the ASGI application."""
    server = socketio.AsyncServer(async_mode="asgi", **timeouts)

    async def connect(sid: str, environ: dict[str, Any], auth: dict[str, Any] | None) -> None:
        if token is not None and (auth or {}).get("token") != token:
            raise socketio.exceptions.ConnectionRefusedError("Not authorized")

    async def join(sid: str, room: str) -> str:
        await server.enter_room(sid, room)
        return "ok"

    async def say(sid: str, said: Any) -> None:
        await server.emit("said", said, room="lobby")

    async def echo(sid: str, said: Any) -> None:
        await server.emit("echoed", said, to=sid)

    for handler in (connect, join, say, echo):
        server.on(handler.__name__, handler)
    return socketio.ASGIApp(server)


def main() -> None:
    """Serve until standard input ends."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    app = chat(**json.loads(sys.argv[1]))
    asyncio.run(uvicorn.Server(uvicorn.Config(app, log_level="warning")).serve([listener]))


if __name__ == "__main__":
    main()
