"""A chat room with a dead member that the application cannot know of yet."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from websockets.sync.client import ClientConnection

from tests.target_app.raw_client import RawClient, text
from tests.target_app.server import Server, receive

# More than the kernel buffers for one connection on loopback, less than uvicorn takes (16 MiB).
BULK = "x" * 8_000_000


@contextmanager
def room_with_a_dead_member(server: Server) -> Iterator[tuple[ClientConnection, ClientConnection]]:
    """Clients #1 and #3, alive; #2 between them is dead.

    The handler of #2 cannot see that, because its broadcast waits for #4, the last in the room, who does not
    read.
    """
    with ExitStack() as clients:
        first, dead, last = (
            clients.enter_context(server.connect(f"/ws/{number}", max_size=None)) for number in (1, 2, 3)
        )
        mute = RawClient(server.port, "/ws/4")
        clients.callback(mute.abort)
        mute.send(text(BULK))
        for client in (first, dead, last):
            assert receive(client) == [f"Client #4 says: {BULK}"]
        dead.send("stuck")
        assert receive(dead, 2) == ["You wrote: stuck", "Client #2 says: stuck"]
        for client in (first, last):
            assert receive(client) == ["Client #2 says: stuck"]
        dead.socket.shutdown(socket.SHUT_RDWR)
        # The server's loop has seen the end of that connection once it has answered two requests after it.
        server.get("/")
        server.get("/")
        yield first, last
