"""PostgreSQL as a backplane: one connection that listens on one channel, and a pool that notifies, with asyncpg."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

from target_app.backplane.address import check_address, told
from target_app.backplane.protocol import BackplaneDown, BackplaneError
from target_app.backplane.wire import CONTROL, Received

LARGEST = (
    7_900  # bytes that a notification carries; PostgreSQL refuses 8,000, and longer goes through the table
)
MOST_WAITING = 100_000  # notifications received and not yet taken; one more gives the connection up
KEEP_S = 60  # how long a receiver may take to fetch a large payload; one that is later sees a gap
CLEAN_S = 10.0  # between two deletions of what was kept for longer

# The lock makes workers that start together take turns: IF NOT EXISTS alone fails for all but the first, and for a
# role that may create nothing, also where there is nothing to create.
_LOCK = "SELECT pg_advisory_xact_lock(7707210441)"
_CREATE = """
CREATE UNLOGGED TABLE {table} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payload text NOT NULL,
    created timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX {table}_created ON {table} (created)
"""
_MAY_USE = "SELECT bool_and(has_table_privilege($1, x)) FROM unnest('{SELECT,INSERT,DELETE}'::text[]) AS x"
# Rows get their numbers in the order of the payloads: PostgreSQL sorts before it fills in defaults.
_KEEP = """
INSERT INTO {table} (payload) SELECT payload FROM unnest($1::text[]) WITH ORDINALITY AS given (payload, place)
ORDER BY place RETURNING id
"""
_NOTIFY = "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload"


class PostgresWire:
    """LISTEN on one physical channel for all channels, because NOTIFY costs by listener and channel.

    A batch is one transaction: its notifications arrive in order, and the lock that every commit of a NOTIFY
    takes is taken once. Numbers in the envelopes keep equal messages apart, which PostgreSQL would fold.

    Args:
        url: ``postgresql://…``, as asyncpg reads it; not through a pooler that shares connections.
        name: of the physical channel and, with ``_payload``, of the table; lower-case letters, digits, ``_``.

    Raises:
        AddressError: the address is none.
        BackplaneError: asyncpg is not installed, or the name cannot be used.
    """

    def __init__(self, url: str, name: str = "target_app") -> None:
        try:
            import asyncpg
        except ImportError:
            raise BackplaneError(
                "the postgres backplane needs asyncpg: pip install 'wswarm[postgres]'"
            ) from None
        check_address(url)
        if not (name.isascii() and name.isidentifier() and name == name.lower() and len(name) <= 40):
            raise BackplaneError(f"{name!r} is no name for a channel of PostgreSQL: use a-z, 0-9 and _")
        self._asyncpg = asyncpg
        # The last is what asyncpg raises when the server ends a connection at a bad moment.
        self._errors = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
        self._url = url
        self._name = name
        self._table = f"{name}_payload"
        self._pool: Any = None
        self._receiver: Any = None
        self._received: asyncio.Queue[str | Received | None] = asyncio.Queue()
        self._asking = asyncio.Lock()
        self._unconfirmed: list[str] = []  # channels that the next answer confirms
        self._cleaned = 0.0

    async def open_sender(self) -> None:
        """Make the pool, and the table if it is not there."""
        with self._translated():
            self._pool = await self._asyncpg.create_pool(self._url, min_size=0, max_size=2, reset=_keep)
        async with self._borrowed() as connection, connection.transaction():
            await connection.execute(_LOCK)
            if await connection.fetchval("SELECT to_regclass($1)", self._table) is None:
                await connection.execute(_CREATE.format(table=self._table))
            elif not await connection.fetchval(_MAY_USE, self._table):
                raise BackplaneDown(f"the role needs SELECT, INSERT and DELETE on {self._table}")

    async def send(self, batch: Sequence[tuple[str, str]]) -> None:
        """Notify in one transaction."""
        packed = [_pack(channel, text) for channel, text in batch]
        async with self._borrowed() as connection:
            async with connection.transaction():
                await connection.execute(_NOTIFY, self._name, await self._shortened(connection, packed))
            if time.monotonic() - self._cleaned > CLEAN_S:
                self._cleaned = time.monotonic()
                old = f"DELETE FROM {self._table} WHERE created < now() - interval '{KEEP_S} seconds'"
                await connection.execute(old)

    async def close_sender(self) -> None:
        """Give the pool up."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.terminate()

    async def open_receiver(self, channels: Collection[str]) -> None:
        """Connect and listen; every channel comes along then."""
        received: asyncio.Queue[str | Received | None] = asyncio.Queue()

        def take(_connection: object, _pid: int, _channel: str, payload: str) -> None:
            if received.qsize() < MOST_WAITING:
                received.put_nowait(payload)
            else:
                receiver.terminate()

        with self._translated():
            self._receiver = receiver = await self._asyncpg.connect(self._url)
            self._received, self._unconfirmed = received, []
            receiver.add_termination_listener(lambda _: received.put_nowait(None))
            await receiver.add_listener(self._name, take)
        for channel in (*channels, CONTROL):
            received.put_nowait(Received("listening", channel))

    async def receive(self) -> Received:
        """The next message or confirmation."""
        while True:
            item = await self._received.get()
            if item is None:
                raise BackplaneDown("the connection to PostgreSQL is gone")
            if isinstance(item, Received):
                return item
            if item.startswith("#"):
                fetched = await self._fetch(item)
                if fetched is None:
                    continue  # too late: the next number shows it
                item = fetched
            try:
                return Received("message", *_unpack(item))
            except ValueError:
                return Received("alive")  # somebody else's notification

    async def listen(self, channel: str) -> None:
        """Confirm when what was sent before has come: whatever comes after that is for this channel too.

        One answer confirms all channels that were asked for before the question: many may come at once.
        """
        self._unconfirmed.append(channel)
        async with self._asking:
            if self._unconfirmed:
                await self._ask()

    async def unlisten(self, channel: str) -> None:
        """Nothing to do: others' channels arrive all the same and are not looked at."""

    async def ping(self) -> None:
        """Run a query on the connection that listens."""
        async with self._asking:
            await self._ask()
        self._received.put_nowait(Received("alive"))

    async def _ask(self) -> None:
        """Make PostgreSQL answer on the connection that listens, where its notifications come in the same order."""
        asked, self._unconfirmed = self._unconfirmed, []
        try:
            with self._translated():
                await self._alive(self._receiver).fetchval("SELECT 1")
        except BaseException:
            self._unconfirmed = asked + self._unconfirmed  # for the next who asks
            raise
        for channel in asked:
            self._received.put_nowait(Received("listening", channel))

    async def close_receiver(self) -> None:
        """Give the connection up."""
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            receiver.terminate()

    async def _shortened(self, connection: Any, payloads: Sequence[str]) -> list[str]:
        """The payloads; for one that is too long for a notification, the number of the row that holds it."""
        large = [payload for payload in payloads if _is_large(payload)]
        if not large:
            return list(payloads)
        rows = await connection.fetch(_KEEP.format(table=self._table), large)
        numbers = iter(sorted(row["id"] for row in rows))
        return [f"#{next(numbers)}" if _is_large(payload) else payload for payload in payloads]

    async def _fetch(self, reference: str) -> str | None:
        """The payload that a notification refers to; ``None`` if it is no longer kept."""
        if not reference[1:].isdecimal():
            return None
        async with self._borrowed() as connection:
            query = f"SELECT payload FROM {self._table} WHERE id = $1"
            payload: str | None = await connection.fetchval(query, int(reference[1:]))
            return payload

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[Any]:
        """A connection of the pool; after any failure it is closed, because asyncpg would wait for a dead peer."""
        pool = self._alive(self._pool)
        with self._translated():
            connection = await pool.acquire()
            try:
                yield connection
            except BaseException:
                with suppress(self._asyncpg.InterfaceError):  # it has gone back to the pool by itself
                    connection.terminate()
                raise
            finally:
                await pool.release(connection)

    def _alive(self, resource: Any) -> Any:
        if resource is None or (resource is self._receiver and resource.is_closed()):
            raise BackplaneDown("the connection to PostgreSQL is gone")
        return resource

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """PostgreSQL's, asyncpg's and the system's errors as ``BackplaneDown``; a host's name can be impossible."""
        try:
            yield
        except BackplaneDown:
            raise
        except (*self._errors, OSError, UnicodeError) as error:
            raise BackplaneDown(told(error, self._url)) from None  # the original may quote the address


async def _keep(_connection: object) -> None:
    """Reset nothing: what is borrowed here changes no setting of it.

    It saves a round trip a batch. And asyncpg resets in a task that outlives a cancelled caller; when the pool is
    terminated meanwhile, nobody hears its error and asyncio logs it.
    """


def _is_large(payload: str) -> bool:
    return len(payload) * 4 > LARGEST and len(payload.encode()) > LARGEST


def _pack(channel: str, text: str) -> str:
    """Channel and envelope in one text; as JSON where there is a NUL, which PostgreSQL takes in no text."""
    packed = f"{len(channel)}:{channel}{text}"
    return f"j{json.dumps(packed)}" if "\0" in packed else f"t{packed}"


def _unpack(payload: str) -> tuple[str, str]:
    """The inverse of ``_pack``.

    Raises:
        ValueError: it is no such text.
    """
    packed = json.loads(payload[1:]) if payload.startswith("j") else payload[1:]
    size, colon, rest = packed.partition(":")
    if payload[:1] not in {"j", "t"} or not colon:
        raise ValueError("not a message of ours")
    length = int(size)
    return rest[:length], rest[length:]
