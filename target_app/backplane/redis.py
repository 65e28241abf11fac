"""Redis as a backplane: pub/sub with redis-py, one connection that subscribes and one that publishes per process."""

import asyncio
import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from target_app.backplane.address import check_address, told
from target_app.backplane.protocol import AddressError, BackplaneDown, BackplaneError
from target_app.backplane.wire import CONTROL, Received

_FAREWELL_S = 0.5  # a dead server answers no goodbye

# Whatever the address says. RESP2 keeps the answers to SUBSCRIBE in the stream of messages.
_OURS: dict[str, Any] = {
    "protocol": 2,
    "decode_responses": False,
    "encoding": "utf-8",
    "encoding_errors": "strict",
}


class RedisWire:
    """Two plain connections of redis-py, without its pool and its retries: those resubscribe in silence.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``, as redis-py reads them.
        prefix: of every channel's name in Redis, which has one name space for all its databases.

    Raises:
        AddressError: the address is none.
        BackplaneError: redis-py is not installed.
    """

    def __init__(self, url: str, prefix: str = "target_app") -> None:
        try:
            from redis.asyncio.connection import ConnectionPool, parse_url
        except ImportError:
            raise BackplaneError("the redis backplane needs redis-py: pip install 'wswarm[redis]'") from None
        check_address(url)
        try:
            ours = {**_OURS, "redis_connect_func": self._log_in}
            self._connections = ConnectionPool(**{**parse_url(url), **ours})
            self._connections.make_connection()  # type: ignore[no-untyped-call] # shows options that there are not
        except (ValueError, TypeError, AttributeError) as error:
            raise AddressError(f"redis-py cannot use the address: {told(error, url)}") from None
        self._url = url
        self._prefix = f"{prefix}:".encode()
        self._sender: Any = None
        self._receiver: Any = None
        self._writers: dict[Any, Any] = {}  # of connections; redis-py forgets them when it gives one up

    async def open_sender(self) -> None:
        """Connect what sends."""
        self._sender = await self._connect()

    async def send(self, batch: Sequence[tuple[str, str]]) -> None:
        """Publish in one round trip."""
        sender = self._alive(self._sender)
        with self._translated():
            commands = [("PUBLISH", self._name(channel), text) for channel, text in batch]
            await sender.send_packed_command(sender.pack_commands(commands), check_health=False)
            for _ in batch:
                await sender.read_response()

    async def close_sender(self) -> None:
        """Give the connection up."""
        sender, self._sender = self._sender, None
        await self._close(sender)

    async def open_receiver(self, channels: Collection[str]) -> None:
        """Connect what receives; one SUBSCRIBE takes effect for all channels at once."""
        self._receiver = await self._connect()
        await self._command("SUBSCRIBE", *channels, CONTROL)

    async def receive(self) -> Received:
        """The next message, confirmation or answer to a ping."""
        receiver = self._alive(self._receiver)
        while True:
            with self._translated():
                answer = await receiver.read_response(timeout=math.inf)
            match answer:
                case [b"message", name, text]:
                    return Received("message", self._channel(name), text.decode("utf-8", "replace"))
                case [b"subscribe", name, _]:
                    return Received("listening", self._channel(name))
                case _:
                    return Received("alive")

    async def listen(self, channel: str) -> None:
        """Subscribe."""
        await self._command("SUBSCRIBE", channel)

    async def unlisten(self, channel: str) -> None:
        """Unsubscribe."""
        await self._command("UNSUBSCRIBE", channel)

    async def ping(self) -> None:
        """Make Redis answer."""
        receiver = self._alive(self._receiver)
        with self._translated():
            await receiver.send_command("PING", check_health=False)

    async def close_receiver(self) -> None:
        """Give the connection up."""
        receiver, self._receiver = self._receiver, None
        await self._close(receiver)

    async def _connect(self) -> Any:
        connection: Any = self._connections.make_connection()  # type: ignore[no-untyped-call] # redis-py
        try:
            with self._translated():
                await connection.connect_check_health(check_health=False, retry_socket_connect=False)
        except BaseException:
            await self._close(connection)
            raise
        return connection

    async def _log_in(self, connection: Any) -> None:
        """Note the stream before redis-py may drop it, and do what it would."""
        self._writers[connection] = connection._writer
        await connection.on_connect_check_health(check_health=False)

    async def _command(self, name: str, *channels: str) -> None:
        receiver = self._alive(self._receiver)
        with self._translated():
            names = (self._name(channel) for channel in channels)
            await receiver.send_command(name, *names, check_health=False)

    def _alive(self, connection: Any) -> Any:
        """The connection, unless it is gone: redis-py would make a new one in silence."""
        if connection is None or not connection.is_connected:
            raise BackplaneDown("the connection to Redis is gone")
        return connection

    def _name(self, channel: str) -> bytes:
        return self._prefix + channel.encode()

    def _channel(self, name: bytes) -> str:
        return name.removeprefix(self._prefix).decode("utf-8", "replace")

    async def _close(self, connection: Any) -> None:
        if connection is None:
            return
        writer = self._writers.pop(connection, connection._writer)
        try:
            with suppress(BackplaneDown), self._translated():
                await asyncio.wait_for(connection.disconnect(), _FAREWELL_S)  # TLS says goodbye and hears it
        finally:
            if writer is not None:
                writer.transport.abort()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Redis' and the system's errors as ``BackplaneDown``."""
        from redis.exceptions import RedisError

        try:
            yield
        except (RedisError, OSError, EOFError, AttributeError, UnicodeError) as error:
            # AttributeError: redis-py drops its stream when a read fails, while another task writes to it.
            # UnicodeError: a host that cannot be looked up.
            raise BackplaneDown(told(error, self._url)) from None  # the original may quote the address
