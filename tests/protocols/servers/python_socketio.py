"""The chat of `socketio.mjs` on python-socketio and uvicorn, with the same parameters; times in s."""

from typing import Any

import socketio

from tests.protocols.servers.serving import parameters, serve


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


if __name__ == "__main__":
    serve(chat(**parameters()))
