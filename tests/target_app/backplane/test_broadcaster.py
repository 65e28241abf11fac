"""What encode/broadcaster 0.3.1 loses, as it is: each of these tests passes while the loss is there."""

import asyncio
import time
from contextlib import suppress

import pytest
from broadcaster import Broadcast
from broadcaster._backends.memory import MemoryBackend

from tests.target_app.backplane.ends import PATIENCE, ends, run, until, until_works
from tests.target_app.backplane.servers import RedisServer


def test_a_restart_of_redis_ends_delivery_without_a_word(redis_server: RedisServer) -> None:
    async def test() -> None:
        async with ends(f"broadcaster+{redis_server.url}") as [one, two]:
            await one.publish("before")
            await until(lambda: two.messages == ["before"])
            await asyncio.to_thread(redis_server.kill)
            await asyncio.to_thread(redis_server.start)
            await until_works(lambda: one.publish("after"))
            await asyncio.sleep(1)
            assert two.messages == ["before"]
            assert two.gaps == []

    run(test())


def test_alone_over_redis_its_first_channel_is_not_heard(redis_server: RedisServer) -> None:
    async def test() -> None:
        async with Broadcast(redis_server.url) as broadcast, broadcast.subscribe("x") as subscriber:
            await broadcast.publish("x", "hi")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(subscriber.get(), 0.5)

    run(test())


def test_alone_first_subscriptions_at_the_same_time_overwrite_each_other() -> None:
    class Slow(MemoryBackend):
        """Its subscribe waits, as those of Redis and PostgreSQL do."""

        async def subscribe(self, channel: str) -> None:
            await asyncio.sleep(0.01)
            await super().subscribe(channel)

    async def read(broadcast: Broadcast, heard: list[str]) -> None:
        with suppress(KeyError, TimeoutError):  # KeyError: what its own end then raises
            async with broadcast.subscribe("x") as subscriber:
                heard.append((await asyncio.wait_for(subscriber.get(), 0.5)).message)

    async def test() -> None:
        heard: list[str] = []
        async with Broadcast(backend=Slow("memory://")) as broadcast:
            readers = [asyncio.create_task(read(broadcast, heard)) for _ in range(3)]
            await asyncio.sleep(0.2)
            await broadcast.publish("x", "hi")
            await asyncio.gather(*readers)
        assert heard == ["hi"]

    run(test())


def test_its_queues_have_no_bound() -> None:
    async def test() -> None:
        async with Broadcast("memory://") as broadcast, broadcast.subscribe("x") as subscriber:
            for number in range(20_000):
                await broadcast.publish("x", number)
            deadline = time.monotonic() + PATIENCE
            while subscriber._queue.qsize() < 20_000:
                assert time.monotonic() < deadline, "something is dropped"
                await asyncio.sleep(0.01)

    run(test())
