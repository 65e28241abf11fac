"""Servers that the tests share, and the in-process client."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.target_app.server import FRAMING, Server


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start a server of an application; all are stopped at the end."""
    folder = tmp_path_factory.mktemp("servers")
    running: list[Server] = []

    def start(app: str, *options: str, program: str = "uvicorn", **settings: str) -> Server:
        name = app.partition(":")[0]
        # Frequent samples, so that a test need not wait for the first.
        env = {**os.environ, "TARGET_LAG_INTERVAL": "0.01", "PYTHONUNBUFFERED": "1"}
        log_file = folder / f"{name}-{len(running)}.log"
        running.append(Server(app, log_file, {**env, **settings}, *options, program=program))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture(scope="session")
def main(start: Callable[..., Server]) -> Server:
    """The hardened app, with outboxes that take the large messages of ``room_with_a_dead_member``."""
    return start("target_app.main:app", "--ws", FRAMING, TARGET_OUTBOX_BYTES=str(64_000_000))


@pytest.fixture(scope="session")
def documented_echo(start: Callable[..., Server]) -> Server:
    """The page's first example."""
    return start("target_app.documented.echo:app")


@pytest.fixture(scope="session")
def documented_items(start: Callable[..., Server]) -> Server:
    """The page's second example."""
    return start("target_app.documented.items:app")


@pytest.fixture(scope="session")
def documented_chat(start: Callable[..., Server]) -> Server:
    """The page's third example."""
    return start("target_app.documented.chat:app")


@pytest.fixture(scope="session")
def handlers(start: Callable[..., Server]) -> Server:
    """Endpoints of the tests' own, one for each way that a handler ends."""
    return start("tests.target_app.handlers:app")


@pytest.fixture(scope="session")
def in_process() -> Any:
    """FastAPI's TestClient, which needs no server."""
    return TestClient
