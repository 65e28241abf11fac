"""A backend that dies under two workers and their clients: what each client missed is what was told."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress

import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.target_app.backplane.conftest import Served
from tests.target_app.backplane.ends import run, until
from tests.target_app.backplane.fleet import Fleet

pytestmark = pytest.mark.xdist_group("backplane: workers")
PER_WORKER = 10  # clients
NOTICE = re.compile(r"Some messages were lost \((\d+)\)")


class Member:
    """A client of the chat that writes down what it gets.

    Attributes:
        received: the messages of others.
        lost: how many it was told were lost.
    """

    def __init__(self, connection: ClientConnection) -> None:
        self.port = connection.local_address[1]
        self.received: list[str] = []
        self.lost = 0
        self._reading = asyncio.create_task(self._read(connection))

    async def _read(self, connection: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            async for message in connection:
                if notice := NOTICE.fullmatch(str(message)):
                    self.lost += int(notice[1])
                else:
                    self.received.append(str(message))


async def publish(url: str) -> None:
    """Say something 50 times a second until cancelled, coming back whenever the chat is out of order."""
    number = 0
    while True:
        with suppress(ConnectionClosed, InvalidStatus, TimeoutError):
            # It reads less than it gets: without a bound, and with nobody waiting for the rest at the end.
            async with connect(url, proxy=None, max_queue=None, close_timeout=0.2) as connection:
                while True:
                    number += 1
                    await connection.send(str(number))
                    async with asyncio.timeout(10):  # Python 3.11's wait_for may swallow the cancellation
                        await connection.recv()
                    await asyncio.sleep(0.02)
        await asyncio.sleep(0.05)


def by_worker(fleet: Fleet, members: list[Member]) -> dict[int, list[Member]]:
    """Who is connected to which worker."""
    found: dict[int, list[Member]] = {}
    ports = {member.port: member for member in members}
    for pid in fleet.pids():
        for one in psutil.Process(pid).net_connections("tcp"):
            if one.raddr and one.raddr.port in ports:
                found.setdefault(pid, []).append(ports[one.raddr.port])
    return found


@pytest.mark.slow
def test_what_clients_missed_while_the_backend_was_dead_is_what_the_gaps_say(served: Served) -> None:
    fleet, backend = served

    async def outage() -> None:
        await asyncio.to_thread(backend.pause)  # or the last that is said may have reached all before it dies
        await asyncio.sleep(0.5)
        await asyncio.to_thread(backend.kill)
        await asyncio.sleep(1)
        await asyncio.to_thread(backend.start)

    found = accounts_of(outage, fleet)
    assert found["missed"] > 0
    assert found["link_losses"] == fleet.workers


def accounts_of(outage: Callable[[], Awaitable[None]], fleet: Fleet) -> dict[str, int]:
    """Load on the workers and an outage in the middle; what the backplane counted of it, which balances."""
    found: dict[str, int] = {}
    settle(fleet)  # those of a test before may still be leaving
    before = fleet.stats()["backplane"]

    async def test() -> None:
        url = f"ws://127.0.0.1:{fleet.port}/ws/"
        async with AsyncExitStack() as stack:
            connections = [
                await stack.enter_async_context(connect(f"{url}{number}", proxy=None))
                for number in range(PER_WORKER * fleet.workers)
            ]
            members = [Member(connection) for connection in connections]
            workers = by_worker(fleet, members)
            assert len(workers) == fleet.workers
            publishing = asyncio.create_task(publish(f"{url}99"))
            await asyncio.sleep(1)
            await outage()
            counts = [len(member.received) for member in members]
            await until(
                lambda: all(len(m.received) > n + 20 for m, n in zip(members, counts, strict=True)),
                "delivery to everybody",
            )
            publishing.cancel()
            await asyncio.gather(publishing, return_exceptions=True)
            await asyncio.to_thread(settle, fleet)
            delivered = fleet.stats()["backplane"]["delivered"] - before["delivered"]
            await until(lambda: heard(workers) >= delivered, "what was delivered")
            found.update(compare(fleet, workers, before))

    run(test())
    assert "Traceback" not in fleet.log()
    return found


def heard(workers: dict[int, list[Member]]) -> int:
    """How much one client of each worker has received."""
    return sum(len(members[0].received) for members in workers.values())


def settle(fleet: Fleet) -> None:
    """Until the sums stand still for longer than a heartbeat."""
    before, since = fleet.stats(), time.monotonic()
    while time.monotonic() - since < 1.7:
        time.sleep(0.1)
        now = fleet.stats()
        if now["backplane"]["delivered"] != before["backplane"]["delivered"]:
            before, since = now, time.monotonic()


def compare(fleet: Fleet, workers: dict[int, list[Member]], before: dict[str, int]) -> dict[str, int]:
    """Clients of a worker got the same and were told the same; together that is everything that was counted."""
    for members in workers.values():
        assert all(member.received == members[0].received for member in members)
        assert all(member.lost == members[0].lost for member in members)
    after: dict[str, int] = fleet.stats()["backplane"]
    found = {name: value - before[name] for name, value in after.items()}
    assert heard(workers) == found["delivered"]
    assert found["delivered"] + found["missed"] == fleet.workers * (found["published"] + found["unconfirmed"])
    assert sum(members[0].lost for members in workers.values()) == found["missed"]
    assert found["unknown_gaps"] == 0
    return found
