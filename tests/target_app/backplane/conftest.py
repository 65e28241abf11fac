"""Backends that tests share; each is started when first asked for, and ended at the end."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.target_app.backplane.fleet import Fleet
from tests.target_app.backplane.servers import Backend, PostgresServer, RedisServer


class Served(NamedTuple):
    """What `wswarm serve` has started, and the backend it is on."""

    fleet: Fleet
    backend: Backend


_HERE = "tests/target_app/backplane/"
BACKENDS = {"redis_server", "postgres_server"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a shared backend in one worker: each worker would start it anew."""
    for item in items:
        if not item.nodeid.startswith(_HERE) or item.get_closest_marker("xdist_group"):
            continue
        url = item.callspec.params.get("url", "") if hasattr(item, "callspec") else ""
        names = {*getattr(item, "fixturenames", ()), f"{str(url).rpartition('+')[2]}_server"}
        if names & {*BACKENDS, "backend"}:
            item.add_marker(pytest.mark.xdist_group("backplane: backends"))


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A running Redis."""
    yield from _running(RedisServer())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL."""
    yield from _running(PostgresServer())


@pytest.fixture(params=["redis", "postgres"])
def backend(request: pytest.FixtureRequest) -> Backend:
    """Each of the backends that lose messages when they are gone."""
    server: Backend = request.getfixturevalue(f"{request.param}_server")
    if not server.is_running:  # a test that failed left it dead
        server.start()
    return server


@pytest.fixture(scope="session", params=["redis", "postgres"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two workers on each of the backends, started by `wswarm serve`."""
    backend: Backend = request.getfixturevalue(f"{request.param}_server")
    if not backend.is_running:  # a test that failed left it dead
        backend.start()
    with Fleet(tmp_path_factory.mktemp("served") / "log", 2, backend.url, is_served=True) as fleet:
        yield Served(fleet, backend)


def _running(server: Any) -> Iterator[Any]:
    try:
        server.start()
        yield server
    finally:
        server.close()
