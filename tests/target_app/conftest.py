"""Servers that the tests share, and the in-process client."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.target_app.server import Server


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Server]]:
    """Start a server of an application; all are stopped at the end."""
    folder = tmp_path_factory.mktemp("servers")
    running: list[Server] = []

    def start(app: str) -> Server:
        name = app.partition(":")[0]
        # Frequent samples, so that a test need not wait for the first.
        env = {**os.environ, "TARGET_LAG_INTERVAL": "0.01", "PYTHONUNBUFFERED": "1"}
        running.append(Server(app, folder / f"{name}-{len(running)}.log", env))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture(scope="session")
def main(start: Callable[[str], Server]) -> Server:
    """The hardened app."""
    return start("target_app.main:app")


@pytest.fixture(scope="session")
def documented_echo(start: Callable[[str], Server]) -> Server:
    """The page's first example."""
    return start("target_app.documented.echo:app")


@pytest.fixture(scope="session")
def documented_items(start: Callable[[str], Server]) -> Server:
    """The page's second example."""
    return start("target_app.documented.items:app")


@pytest.fixture(scope="session")
def documented_chat(start: Callable[[str], Server]) -> Server:
    """The page's third example."""
    return start("target_app.documented.chat:app")


@pytest.fixture(scope="session")
def handlers(start: Callable[[str], Server]) -> Server:
    """Endpoints of the tests' own, one for each way that a handler ends."""
    return start("tests.target_app.handlers:app")


@pytest.fixture(scope="session")
def in_process() -> Any:
    """FastAPI's TestClient, which needs no server."""
    return TestClient
