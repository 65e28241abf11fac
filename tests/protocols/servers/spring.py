"""What Spring's simple broker does by its documentation and source: STOMP 1.2 without receipts.

Parameters: ``late_s``, how long after its SUBSCRIBE a subscriber gets something; ``heartbeat_s``, after twice of
which a client that said nothing is closed with 1002, if it promised to say something. What is sent to ``/app/NAME``
comes out as ``/topic/NAME``.

Source: spring-framework, messaging/simp/broker/SimpleBrokerMessageHandler and stomp/StompEncoder.
"""

import asyncio
import json
import sys
from collections import defaultdict
from itertools import count

from websockets.asyncio.server import ServerConnection, broadcast, serve


class Server:
    """All destinations."""

    def __init__(self, late_s: float = 0.0, heartbeat_s: float = 10.0) -> None:
        self._late_s, self._heartbeat_s = late_s, heartbeat_s
        self._subscribers: defaultdict[str, set[ServerConnection]] = defaultdict(set)
        self._numbers = count()

    async def converse(self, connection: ServerConnection) -> None:
        """Do what one client says until it goes or says nothing."""
        patience = None
        try:
            while True:
                frame = str(await asyncio.wait_for(connection.recv(), patience))
                if not frame.strip():
                    continue
                command, headers, body = _read(frame)
                if command == "CONNECT":
                    promised = int(headers["heart-beat"].split(",")[0]) / 1000
                    patience = 2 * max(promised, self._heartbeat_s) if promised else None
                    told = f"version:1.2\nheart-beat:0,{round(self._heartbeat_s * 1000)}"
                    await connection.send(f"CONNECTED\n{told}\n\n\0")
                elif command == "SUBSCRIBE":
                    members = self._subscribers[headers["destination"]]
                    asyncio.get_running_loop().call_later(self._late_s, members.add, connection)
                elif command == "SEND":  # all others mean nothing to it
                    self._relay(headers["destination"].replace("/app/", "/topic/"), body)
        except TimeoutError:
            await connection.close(1002, "no heart-beat")
        finally:
            for members in self._subscribers.values():
                members.discard(connection)

    def _relay(self, destination: str, body: str) -> None:
        told = f"destination:{destination}\nsubscription:0\nmessage-id:{next(self._numbers)}"
        size = len(body.encode())
        broadcast(self._subscribers[destination], f"MESSAGE\n{told}\ncontent-length:{size}\n\n{body}\0")


def _read(frame: str) -> tuple[str, dict[str, str], str]:
    head, _, body = frame.partition("\n\n")
    command, *headers = head.split("\n")
    return command, dict(one.split(":", 1) for one in headers), body.rstrip("\0")


async def main() -> None:
    """Serve until killed."""
    server = Server(**json.loads(sys.argv[1]))
    async with serve(server.converse, "127.0.0.1", 0, ping_interval=None, compression=None) as listening:
        print(json.dumps({"port": listening.sockets[0].getsockname()[1]}), flush=True)
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main())
