"""The backend is killed, paused, restarted, and cuts connections, under load: every loss is told, none is not."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from target_app.backplane.numbered import NumberedBackplane
from target_app.backplane.postgres import PostgresWire
from target_app.backplane.protocol import BackplaneDown
from target_app.backplane.redis import RedisWire
from target_app.backplane.timing import Timing
from tests.target_app.backplane.ends import End, run, until, until_works
from tests.target_app.backplane.servers import Backend, PostgresServer, RedisServer

# As the default, but for a test's patience: silence is noticed within a second.
FAST = Timing(heartbeat=0.3, quiet=0.4, dead=0.9, connect=0.8, send=0.6, subscribe=2.0, longest_wait=0.3)
COUNT = 4
PAUSE_S = 0.005  # between two publishes of an end


def origin(end: End) -> str:
    """The end's name in gaps."""
    assert isinstance(end.backplane, NumberedBackplane)
    return end.backplane.origin


def owed(publisher: End) -> int:
    """How many numbers a publisher has used."""
    return publisher.counters.published + publisher.counters.unconfirmed


def heard(receiver: End, publisher: End) -> list[int]:
    """What reached one end of what another published, in the order it came."""
    name = f"{origin(publisher)} "
    return [int(message.removeprefix(name)) for message in receiver.messages if message.startswith(name)]


def missed(receiver: End, publisher: End) -> int:
    """How many messages of another one end was told it has missed."""
    gaps = [gap for gap in receiver.gaps if gap.origin == origin(publisher)]
    return sum(gap.count or 0 for gap in gaps)


def balances(all_ends: list[End]) -> bool:
    """Whether what each end received and was told it missed is all that each published."""
    return all(len(heard(r, p)) + missed(r, p) == owed(p) for r in all_ends for p in all_ends)


class Load:
    """Every end publishes at a steady pace until stopped.

    Attributes:
        longest_s: that a publish took, whether it worked or not.
        refused: how many did not.
    """

    def __init__(self, all_ends: list[End]) -> None:
        self.longest_s = 0.0
        self.refused = 0
        self._is_over = False
        self._tasks = [asyncio.create_task(self._publish(end)) for end in all_ends]

    async def stop(self) -> None:
        """Let every publish under way end: one that is cancelled might be delivered and not be counted."""
        self._is_over = True
        await asyncio.gather(*self._tasks)

    async def _publish(self, end: End) -> None:
        number = 0
        while not self._is_over:
            number += 1
            began = time.monotonic()
            try:
                await end.publish(f"{origin(end)} {number}")
            except BackplaneDown:
                self.refused += 1
            self.longest_s = max(self.longest_s, time.monotonic() - began)
            await asyncio.sleep(PAUSE_S)


async def suffer(
    backend: Backend,
    outage: Callable[[], Awaitable[None]],
    *,
    is_refused: bool = True,
    is_lossy: bool | None = True,
) -> list[End]:
    """Load, an outage in the middle, load again; then the accounts have to balance."""
    wires = {"redis": RedisWire, "postgresql": PostgresWire}
    wire = wires[backend.url.partition(":")[0]]
    all_ends = [End(NumberedBackplane(wire(backend.url), FAST)) for _ in range(COUNT)]
    try:
        for end in all_ends:
            await end.start()
        for end in all_ends:
            await end.subscribe()
        load = Load(all_ends)
        await asyncio.sleep(0.5)
        await outage()
        await recovery(all_ends)
        await asyncio.sleep(0.5)
        await load.stop()
        await until(lambda: balances(all_ends), "a balance of the accounts")
        check(all_ends, is_lossy=is_lossy)
        assert load.longest_s < FAST.send + FAST.connect + 2, "a publish hangs"
        assert bool(load.refused) == is_refused
    finally:
        for end in all_ends:
            await end.backplane.stop()
    return all_ends


async def recovery(all_ends: list[End]) -> None:
    """Until everybody hears everybody again."""
    before = [(r, p, len(heard(r, p))) for r in all_ends for p in all_ends]
    await until(lambda: all(len(heard(r, p)) > count for r, p, count in before), "delivery from all to all")


def check(all_ends: list[End], *, is_lossy: bool | None) -> None:
    """Order, uniqueness, and that no gap is of unknown size; ``None``: whether there is one is chance."""
    for receiver in all_ends:
        assert all(gap.count is not None for gap in receiver.gaps), receiver.gaps
        for publisher in all_ends:
            numbers = heard(receiver, publisher)
            assert numbers == sorted(set(numbers)), "a duplicate, or out of order"
    if is_lossy is not None:
        assert any(end.gaps for end in all_ends) == is_lossy


def test_a_backend_that_is_killed_and_started_again_loses_nothing_without_a_gap(backend: Backend) -> None:
    async def outage() -> None:
        await asyncio.to_thread(backend.kill)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(backend.start)

    run(quietly(suffer(backend, outage)))


def test_a_backend_that_stands_still_is_noticed_and_loses_nothing_without_a_gap(backend: Backend) -> None:
    async def outage() -> None:
        await asyncio.to_thread(backend.pause)
        try:
            await asyncio.sleep(2.5)
        finally:
            backend.resume()

    run(quietly(suffer(backend, outage)))


def test_a_pause_that_is_shorter_than_patience_loses_nothing(backend: Backend) -> None:
    async def outage() -> None:
        await asyncio.to_thread(backend.pause)
        try:
            await asyncio.sleep(0.2)
        finally:
            backend.resume()

    run(quietly(suffer(backend, outage, is_refused=False, is_lossy=False)))


@pytest.mark.parametrize("kind", ["pubsub", "normal"])
def test_connections_that_redis_kills_lose_nothing_without_a_gap(
    redis_server: RedisServer, kind: str
) -> None:
    async def outage() -> None:
        for _ in range(3):
            redis_server.execute(f"CLIENT KILL TYPE {kind}")
            await asyncio.sleep(0.2)

    async def test() -> None:
        # Who only receives is cut off without a failed publish, and the other way round.
        losses = [
            end.counters.link_losses
            for end in await suffer(redis_server, outage, is_refused=kind == "normal", is_lossy=None)
        ]
        assert all(losses) == (kind == "pubsub")

    run(test())


def test_connections_that_postgres_ends_lose_nothing_without_a_gap(postgres_server: PostgresServer) -> None:
    async def outage() -> None:
        for _ in range(3):
            ours = "pid <> pg_backend_pid() AND backend_type = 'client backend'"
            query = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}"
            await asyncio.to_thread(postgres_server.execute, query)
            await asyncio.sleep(0.2)

    run(quietly(suffer(postgres_server, outage)))


def test_a_subscription_while_the_backend_is_down_is_refused_in_time(backend: Backend) -> None:
    async def test() -> None:
        wire = RedisWire(backend.url) if isinstance(backend, RedisServer) else PostgresWire(backend.url)
        end = End(NumberedBackplane(wire, FAST))
        await end.start()
        try:
            await asyncio.to_thread(backend.kill)
            began = time.monotonic()
            with pytest.raises(BackplaneDown):
                await end.subscribe()
            with pytest.raises(BackplaneDown):
                await end.publish("hi")
            assert time.monotonic() - began < FAST.subscribe + 2 * FAST.send + 1
            await asyncio.to_thread(backend.start)
            await until_works(end.subscribe)
            await until_works(lambda: end.publish("hi"))
            await until(lambda: end.messages == ["hi"])
            assert end.gaps == []
        finally:
            await end.backplane.stop()

    run(test())


async def quietly(test: Awaitable[object]) -> None:
    """Run for the checks inside."""
    await test
