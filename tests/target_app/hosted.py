"""A server in a thread of the test, where it isn't the process that is tested: it starts in no time."""

import importlib.util
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI

from target_app.main import create_app
from target_app.settings import Settings
from tests.target_app.server import PATIENCE, Server

LOGGER = "uvicorn.error"


class Hosted(Server):
    """uvicorn on a port of 127.0.0.1, a free one if none is given, in a loop and a thread of its own.

    Its log has warnings and errors only, and there is no process of which to ask.

    Args:
        app: the ASGI application, which nobody else serves.
        options: uvicorn's, by the names of `uvicorn.Config`.
    """

    def __init__(self, app: Any, **options: Any) -> None:
        self._lines: list[str] = []
        self._handler = _Lines(self._lines)
        options = {"port": 0, "ws": "websockets-sansio", "timeout_graceful_shutdown": 5, **options}
        self._server = _Telling(uvicorn.Config(app, log_config=None, **options))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._server.is_told.wait(PATIENCE), "the server does not start"
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        """End it and wait for it; again is allowed."""
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the server does not end"

    @property
    def connections(self) -> set[Any]:
        """Those that are open, as uvicorn knows them."""
        return self._server.server_state.connections

    def log(self, since: int = 0) -> str:
        """What was logged, from a position on."""
        return "".join(self._lines)[since:]

    def _serve(self) -> None:
        self._handler.thread = threading.get_ident()
        logging.getLogger(LOGGER).addHandler(self._handler)
        try:
            self._server.run()
        finally:
            logging.getLogger(LOGGER).removeHandler(self._handler)
            self._server.is_told.set()


class _Telling(uvicorn.Server):
    """Tells at once that it has started.

    Attributes:
        is_told: set when it has, or has ended.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_told = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.is_told.set()


class _Lines(logging.Handler):
    """Keeps what one thread logs: all servers of a process share their loggers."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.thread = 0
        self._kept = lines

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self._kept.append(f"{self.format(record)}\n")


@contextmanager
def hosting(app: Any, **options: Any) -> Iterator[Hosted]:
    """A server of an application in a thread, from `with` to its end."""
    server = Hosted(app, **options)
    try:
        yield server
    finally:
        server.stop()


def hardened(**settings: Any) -> FastAPI:
    """The hardened application with settings by their names, and a room of its own."""
    return create_app(Settings(**settings))


def documented(name: str) -> FastAPI:
    """A documented example as if just imported: its room is a variable of its module."""
    spec = importlib.util.find_spec(f"target_app.documented.{name}")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    app: FastAPI = module.app
    return app
