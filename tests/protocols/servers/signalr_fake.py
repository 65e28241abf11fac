"""A scripted fake of ASP.NET Core's SignalR, made from its specifications: text frames, many records in one.

What is said to a client goes out every 20 ms, in one frame with a ping. Parameters: `token`, that `access_token` has
to give; `timeout`, s that a client may say nothing.
"""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from tests.protocols.servers.scripted import parameters, run

END = "\x1e"
_lobby: set["Client"] = set()


class Client:
    """A connection, and what waits to be said on it."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection
        self.waiting: list[str] = []

    def say(self, message: Any) -> None:
        """Say it with what else is to be said."""
        self.waiting.append(json.dumps(message, separators=(",", ":")) + END)

    async def go_on_saying(self) -> None:
        """Say all that waits, now and then."""
        while True:
            await asyncio.sleep(0.02)
            if self.waiting:
                said, self.waiting = self.waiting, []
                await self.connection.send("".join([*said, '{"type":6}' + END]))

    def obey(self, call: dict[str, Any]) -> None:
        """Do what a call asks for."""
        found: Any = None
        if call["target"] == "Join":
            _lobby.add(self)
        elif call["target"] == "Say":
            for one in _lobby:
                one.say({"type": 1, "target": "said", "arguments": call["arguments"]})
        elif call["target"] == "Echo":
            found = call["arguments"][0]
        else:
            why = f"Unknown hub method '{call['target']}'"
            self.say({"type": 3, "invocationId": call["invocationId"], "error": why})
            return
        self.say({"type": 3, "invocationId": call["invocationId"], "result": found})


async def converse(connection: ServerConnection) -> None:
    """Shake hands, then obey; who says nothing for long is told to go."""
    shaken = json.loads(str(await connection.recv()).rstrip(END))
    if shaken["protocol"] != "json":
        await connection.send(json.dumps({"error": "The protocol is not supported."}) + END)
        return
    await connection.send("{}" + END)
    client = Client(connection)
    saying = asyncio.create_task(client.go_on_saying())
    try:
        while True:
            frame = await asyncio.wait_for(connection.recv(), parameters().get("timeout", 30.0))
            for record in str(frame).split(END)[:-1]:
                call = json.loads(record)
                if call["type"] == 1:
                    client.obey(call)
    except TimeoutError:
        await connection.send('{"type":7,"error":"Connection closed with an error."}' + END)
    finally:
        _lobby.discard(client)
        saying.cancel()


def refuse(connection: ServerConnection, request: Request) -> Response | None:
    """401 without the token."""
    token = parameters().get("token")
    given = parse_qs(urlsplit(request.path).query).get("access_token")
    return connection.respond(401, "no token\n") if token is not None and given != [token] else None


if __name__ == "__main__":
    run(converse, refuse)
