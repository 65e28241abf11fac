"""A scripted fake of Phoenix Channels, made from its second serializer: keys in alphabetical order, as Jason writes.

Topics are joined with the payload's `token`, if there is a parameter `token`; `room:closed` by nobody. Event `say`
reaches all of the topic without a reply, `ask` is replied to, all others are not known. Parameters: `timeout`, s
that a client may say nothing; `is_spaced`: with spaces, as other servers of the protocol may write.
"""

import asyncio
import json
from collections import defaultdict
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, broadcast
from websockets.http11 import Request, Response

from tests.protocols.servers.scripted import parameters, run

_rooms: defaultdict[str, set[ServerConnection]] = defaultdict(set)


def written(*message: Any) -> str:
    """Return it as JSON."""
    separators = (", ", ": ") if parameters().get("is_spaced") else (",", ":")
    return json.dumps(message, separators=separators, sort_keys=True)


def answer(connection: ServerConnection, message: list[Any]) -> str | None:
    """Return the reply to a message, `None` for none."""
    join, ref, topic, event, payload = message
    if event == "heartbeat":
        return written(None, ref, "phoenix", "phx_reply", {"response": {}, "status": "ok"})
    if event == "phx_join":
        is_wrong = payload.get("token") != parameters().get("token")
        reason = "unauthorized" if is_wrong else "unmatched topic" if topic == "room:closed" else None
        if reason is not None:
            return written(join, ref, topic, "phx_reply", {"response": {"reason": reason}, "status": "error"})
        _rooms[topic].add(connection)
        return written(join, ref, topic, "phx_reply", {"response": {}, "status": "ok"})
    if connection not in _rooms[topic] or join != "1":
        return None
    if event == "say":
        broadcast(_rooms[topic], written(None, None, topic, "said", payload))
        return None
    if event == "ask":
        return written(join, ref, topic, "phx_reply", {"response": {}, "status": "ok"})
    return written(join, ref, topic, "phx_error", {})


async def converse(connection: ServerConnection) -> None:
    """Answer; who says nothing for long is closed."""
    try:
        while True:
            said = await asyncio.wait_for(connection.recv(), parameters().get("timeout", 60.0))
            reply = answer(connection, json.loads(said))
            if reply is not None:
                await connection.send(reply)
    except TimeoutError:
        await connection.close(1000)
    finally:
        for members in _rooms.values():
            members.discard(connection)


def refuse(connection: ServerConnection, request: Request) -> Response | None:
    """403 to another version of the protocol, or without the connection's parameter."""
    given = parse_qs(urlsplit(request.path).query)
    wanted = parameters().get("user")
    is_known = given.get("vsn") == ["2.0.0"] and (wanted is None or given.get("token") == [wanted])
    return None if is_known else connection.respond(403, "")


if __name__ == "__main__":
    run(converse, refuse)
