"""Servers that the tests share, and the in-process client."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.target_app.chat_and_scope import make
from tests.target_app.hosted import hosting
from tests.target_app.server import FRAMING, Server

HOSTED = ("websockets-sansio", "wsproto")
PROGRAMS = {
    "framing": ("target_app.workers", "--workers", "1"),  # as `wswarm serve` does
    "websockets": ("uvicorn", "--ws", "websockets"),  # which warns of its age, and so would be an error here
    "granian": ("granian",),
    "hypercorn": ("hypercorn",),
}
LARGEST_MESSAGE = 1024 * 1024  # where a server can be told
SHARED = {"main", "documented_echo", "documented_items", "documented_chat", "handlers"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a shared server in one worker: each worker would start it anew."""
    for item in items:
        if not item.nodeid.startswith("tests/target_app/") or item.get_closest_marker("xdist_group"):
            continue
        named = item.callspec.params.values() if hasattr(item, "callspec") else ()
        if any(
            name in SHARED for name in (*getattr(item, "fixturenames", ()), *named) if isinstance(name, str)
        ):
            item.add_marker(pytest.mark.xdist_group("reference application"))


@contextmanager
def starting(folder: Path) -> Iterator[Callable[..., Server]]:
    """A function that starts a server of an application; all are stopped at the end."""
    running: list[Server] = []

    def start(app: str, *options: str, program: str = "uvicorn", **settings: str) -> Server:
        name = app.partition(":")[0]
        # Frequent samples, so that a test need not wait for the first.
        env = {**os.environ, "TARGET_LAG_INTERVAL": "0.01", "PYTHONUNBUFFERED": "1"}
        log_file = folder / f"{name}-{len(running)}.log"
        running.append(Server(app, log_file, {**env, **settings}, *options, program=program))
        return running[-1]

    try:
        yield start
    finally:
        for server in running:
            server.stop()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start a server of an application in a process of its own, for one test."""
    with starting(tmp_path) as start:
        yield start


@pytest.fixture(scope="session")
def start_for_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start a server of an application in a process of its own, for all tests to come."""
    with starting(tmp_path_factory.mktemp("servers")) as start:
        yield start


@pytest.fixture
def host() -> Iterator[Callable[..., Server]]:
    """Start a server of an application in a thread, for one test."""
    with ExitStack() as running:
        yield lambda app, **options: running.enter_context(hosting(app, **options))


@pytest.fixture(scope="session")
def main(start_for_all: Callable[..., Server]) -> Server:
    """The hardened app, with limits that take the large messages of ``room_with_a_dead_member``."""
    large = {"TARGET_OUTBOX_BYTES": "64000000", "TARGET_MAX_MESSAGE": "16000000"}
    return start_for_all("target_app.main:app", "--ws", FRAMING, **large)


@pytest.fixture(scope="session")
def documented_echo(start_for_all: Callable[..., Server]) -> Server:
    """The page's first example."""
    return start_for_all("target_app.documented.echo:app")


@pytest.fixture(scope="session")
def documented_items(start_for_all: Callable[..., Server]) -> Server:
    """The page's second example."""
    return start_for_all("target_app.documented.items:app")


@pytest.fixture(scope="session")
def documented_chat(start_for_all: Callable[..., Server]) -> Server:
    """The page's third example."""
    return start_for_all("target_app.documented.chat:app")


@pytest.fixture(scope="session")
def handlers(start_for_all: Callable[..., Server]) -> Server:
    """Endpoints of the tests' own, one for each way that a handler ends."""
    return start_for_all("tests.target_app.handlers:app")


@pytest.fixture(scope="session")
def in_process() -> Any:
    """FastAPI's TestClient, which needs no server."""
    return TestClient


@pytest.fixture(
    scope="session",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in (*HOSTED, *PROGRAMS)],
)
def any_server(
    request: pytest.FixtureRequest,
    start_for_all: Callable[..., Server],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Server]]:
    """Each server that the application runs on in turn, and its name; outboxes take two bulky messages."""
    name = request.param
    outbox_bytes = 1_100_000
    if name in HOSTED:
        app = make(outbox_bytes=outbox_bytes)
        with hosting(app, ws=name, ws_max_size=LARGEST_MESSAGE) as server:
            yield name, server
        return
    program, *options = PROGRAMS[name]
    if program == "uvicorn":
        options += ["--ws-max-size", str(LARGEST_MESSAGE)]
    if program == "hypercorn":
        file = tmp_path_factory.mktemp("hypercorn") / "hypercorn.toml"
        file.write_text(f"websocket_max_message_size = {LARGEST_MESSAGE}\n")
        options += ["--config", str(file)]
    yield (
        name,
        start_for_all(
            "tests.target_app.chat_and_scope:app",
            *options,
            program=program,
            TARGET_OUTBOX_BYTES=str(outbox_bytes),
        ),
    )
