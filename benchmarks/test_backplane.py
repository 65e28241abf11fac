"""Four workers under load while their backend is killed, restarted, stands still or cuts connections."""

import asyncio
from pathlib import Path

import pytest

from tests.target_app.backplane.fleet import Fleet
from tests.target_app.backplane.servers import Backend, PostgresServer, RedisServer
from tests.target_app.backplane.test_workers_outage import accounts_of

OUTAGES = ("kill", "restart", "pause", "cut")
POSTGRES_CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


async def suffer(backend: Backend, outage: str) -> None:
    """Do one of these to a backend."""
    if outage == "pause":
        await asyncio.to_thread(backend.pause)
        await asyncio.sleep(5)
        backend.resume()
    elif outage == "cut":
        for kind in ("pubsub", "normal") * 2:
            if isinstance(backend, RedisServer):
                await asyncio.to_thread(backend.execute, f"CLIENT KILL TYPE {kind}")
            elif isinstance(backend, PostgresServer):
                await asyncio.to_thread(backend.execute, POSTGRES_CUT)
            await asyncio.sleep(0.4)
    else:
        await asyncio.to_thread(backend.kill if outage == "kill" else backend.stop)
        await asyncio.to_thread(backend.start)


@pytest.mark.benchmark(group="outages")
@pytest.mark.parametrize("outage", OUTAGES)
def test_every_delivery_that_an_outage_cost_is_told(
    benchmark, request, backend: Backend, outage: str, tmp_path: Path
):
    if outage != OUTAGES[0]:
        request.getfixturevalue("minutes")
    with Fleet(tmp_path / "log", 4, backend.url) as fleet:
        found = benchmark.pedantic(lambda: accounts_of(lambda: suffer(backend, outage), fleet), rounds=1)
    benchmark.extra_info.update(found)
