"""Guarded servers for one test, and clients of theirs that end with it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.target_app.hosted import Hosted, hosting
from tests.target_app.raw_client import RawClient
from tests.target_app.server import FRAMING
from tests.target_app.wire.echo_app import EchoApp

GUARDED = "target_app.wire.guarded:GuardedProtocol"


class Guarded:
    """A server of an echo, in a thread.

    Attributes:
        app: the echo.
        server: that serves it.
    """

    def __init__(self, running: ExitStack, app: EchoApp, **options: Any) -> None:
        self.app = app
        self.server: Hosted = running.enter_context(hosting(app, **options))
        self._running = running

    def connect(self, **options: Any) -> RawClient:
        """An open client."""
        return self.keep(RawClient(self.server.port, "/", **options))

    def dial(self, *sent: bytes) -> RawClient:
        """A TCP connection on which that was sent."""
        return self.keep(RawClient.dial(self.server.port, *sent))

    def keep(self, client: RawClient) -> RawClient:
        """The same client, which ends with the test."""
        self._running.callback(client.leave)
        return client


Serve = Callable[..., Guarded]


@pytest.fixture(params=[FRAMING, GUARDED], ids=["framing", "guarded"])
def ws(request: pytest.FixtureRequest) -> str:
    """The import string of a guarded protocol."""
    found: str = request.param
    return found


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve an echo with settings of the application, and with options of uvicorn's as ``options``."""
    with ExitStack() as running:

        def start(options: dict[str, Any] | None = None, **settings: Any) -> Guarded:
            every = {"ws": FRAMING, "ws_per_message_deflate": False, **(options or {})}
            return Guarded(running, EchoApp(**settings), **every)

        yield start
