"""Backends that tests share; each is started when first asked for, and ended at the end."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.target_app.backplane.servers import Backend, PostgresServer, RedisServer


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


def _running(server: Any) -> Iterator[Any]:
    try:
        server.start()
        yield server
    finally:
        server.close()
