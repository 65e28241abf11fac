"""A plain client that checks the servers themselves; it shares nothing with the instrument."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from websockets.asyncio.client import connect as connect_asyncio
from websockets.sync.client import ClientConnection, connect

from tests.end_to_end.servers import Server
from tests.target_app.raw_client import upgrade

PATIENCE_S = 120.0


@contextmanager
def clients(server: Server) -> Iterator[Callable[..., ClientConnection]]:
    """A function that connects, to ``path`` and with options of ``websockets``; all are closed at the end."""
    with ExitStack() as stack:

        def join(path: str = "", **options: Any) -> ClientConnection:
            options = {"proxy": None, "compression": None, "max_queue": None, **options}
            connection: ClientConnection = stack.enter_context(connect(server.url + path, **options))
            return connection

        yield join


def raw_upgrade(server: Server) -> socket.socket:
    """A bare TCP connection on which an upgrade was asked for."""
    client = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S)
    client.sendall(upgrade(server.port, "/"))
    return client


def publish(connection: ClientConnection, count: int) -> list[str]:
    """Send ``count`` numbered messages and wait until a picows server has dealt with them."""
    messages = [f"message {n}" for n in range(count)]
    for message in messages:
        connection.send(message)
    assert connection.ping().wait(PATIENCE_S)
    return messages


def arrived(connection: ClientConnection) -> list[str | bytes]:
    """Everything a picows server had sent before it answered a ping: no waiting for what does not come."""
    assert connection.ping().wait(PATIENCE_S)
    messages: list[str | bytes] = []
    while True:
        try:
            messages.append(connection.recv(timeout=0))
        except TimeoutError:
            return messages


def echo(connection: ClientConnection, *messages: str | bytes) -> None:
    """Send messages and assert that each comes back, in order."""
    for message in messages:
        connection.send(message)
    for message in messages:
        assert connection.recv(timeout=PATIENCE_S) == message


def echo_over_tls(server: Server, context: ssl.SSLContext, *messages: str | bytes) -> None:
    """The same as ``echo`` on a new TLS connection.

    Not with the threaded client: it reads and writes one TLS connection from two threads, which Python 3.11
    does not bear (4 of 300 handshakes hung, one run crashed; with asyncio and bare sockets none of 2,100).
    """

    async def converse() -> None:
        options: dict[str, Any] = {"proxy": None, "compression": None, "ssl": context}
        async with connect_asyncio(server.url, **options) as connection:
            for message in messages:
                await connection.send(message)
            for message in messages:
                assert await connection.recv() == message

    asyncio.run(converse())
