"""What Laravel Reverb and Pusher do by their documentation when a client says nothing: they ask, and then close.

Parameters: ``activity_s``, after which a silent client is asked ``pusher:ping``, and after which again it is closed
with 4201. One public channel of client events, no proofs: soketi has the rest.

Sources: pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol; laravel/reverb, src/Jobs.
"""

import asyncio
import json
import sys
from typing import Any

from websockets.asyncio.server import ServerConnection, broadcast, serve


class Server:
    """One channel."""

    def __init__(self, activity_s: float = 30.0) -> None:
        self._activity_s = activity_s
        self._members: set[ServerConnection] = set()

    async def converse(self, connection: ServerConnection) -> None:
        """Greet, and do what the client asks for until it goes or says nothing."""
        told = {"socket_id": f"1.{id(connection)}", "activity_timeout": self._activity_s}
        await connection.send(self._event("pusher:connection_established", json.dumps(told)))
        is_asked = False
        try:
            while True:
                try:
                    message = json.loads(await asyncio.wait_for(connection.recv(), self._activity_s))
                except TimeoutError:
                    if is_asked:
                        await connection.close(4201, "Pong reply not received in time")
                        return
                    is_asked = True
                    await connection.send(self._event("pusher:ping", {}))
                else:
                    is_asked = False
                    await self._obey(connection, message)
        finally:
            self._members.discard(connection)

    async def _obey(self, connection: ServerConnection, message: dict[str, Any]) -> None:
        if message["event"] == "pusher:subscribe":
            self._members.add(connection)
            await connection.send(self._event("pusher_internal:subscription_succeeded", "{}"))
        elif message["event"] == "pusher:ping":
            await connection.send(self._event("pusher:pong", {}))
        elif message["event"].startswith("client-"):
            broadcast(self._members - {connection}, json.dumps(message))

    @staticmethod
    def _event(name: str, data: Any) -> str:
        return json.dumps({"event": name, "data": data, "channel": "room"})


async def main() -> None:
    """Serve until killed."""
    server = Server(**json.loads(sys.argv[1]))
    async with serve(server.converse, "127.0.0.1", 0, ping_interval=None, compression=None) as listening:
        print(json.dumps({"port": listening.sockets[0].getsockname()[1]}), flush=True)
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main())
