"""Measurements inside a test suite: what the fixtures of `wswarm.testing.plugin` give.

::

    def test_the_chat_is_quick(ws_swarm):
        result = ws_swarm.fanout("/ws/{id}", connections=200, rate=10, duration=5)
        assert result.meets("p99<50ms", "lost==0")
"""

import asyncio
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Unpack, cast
from urllib.parse import urlsplit

from wswarm import api
from wswarm.drive.host import file_lock
from wswarm.drive.host.ports import free_ports
from wswarm.drive.host.server import Command, Server
from wswarm.errors import SwarmError, TargetError
from wswarm.experiment.script import Session
from wswarm.installation import require
from wswarm.reference import HOST
from wswarm.results.run import Run
from wswarm.testing.result import Judgement as Judgement
from wswarm.testing.result import Result as Result

_TURN_POLL_S = 0.1


class AppServer(Server):
    """The app under test: a server with an address.

    Attributes:
        app: What it was started from.
        url: Base address, `ws://…`; `http_url`: the same for plain requests.
    """

    def __init__(self, app: str | Sequence[str], command: Command) -> None:
        (port,) = free_ports(1)
        super().__init__(command, port)
        self.app = app
        self.url = f"ws://{HOST}:{port}"
        self.http_url = f"http://{HOST}:{port}"


class Swarm:
    """Measures services; a path instead of an address means the app under test.

    Args:
        app: What the server of the app would be started from.
        server: Gives that server, started if it is not yet.
        turn: File that is locked while a measurement lasts, so that processes of one test run take turns.
        on_missed: Is told of each judgement that came out false.
    """

    def __init__(
        self,
        app: str | Sequence[str] | None,
        server: Callable[[], AppServer],
        turn: Path | None = None,
        on_missed: Callable[[Judgement], object] = bool,
    ) -> None:
        self.app = app
        self._server, self._turn, self._on_missed = server, turn, on_missed

    def connect(self, url: str = "", **options: Unpack[api.Kept]) -> Result:
        """Open connections, hold them, count.

        Args:
            url: Address, or path of the app under test.
            options: Those of `wswarm.connect`.

        Returns:
            The result. Inside a running event loop, something to `await` that gives it: the loop goes on meanwhile.

        Raises:
            PlanError: a setting can't be. TargetError: not one connection opened, or the app has ended.
            GeneratorError: all agents died.
        """
        __tracebackhide__ = True
        return self._measure(api.connect, url, options)

    def echo(self, url: str = "", **options: Unpack[api.Kept]) -> Result:
        """Send messages at a rate and time their replies; takes, returns and raises as `connect` does."""
        __tracebackhide__ = True
        return self._measure(api.echo, url, options)

    def fanout(self, url: str = "", **options: Unpack[api.Kept]) -> Result:
        """Publish messages and time their delivery to all; takes, returns and raises as `connect` does."""
        __tracebackhide__ = True
        return self._measure(api.fanout, url, options)

    def churn(self, url: str = "", **options: Unpack[api.Kept]) -> Result:
        """Have sessions come and go, and count who is there; takes, returns and raises as `connect` does."""
        __tracebackhide__ = True
        return self._measure(api.churn, url, options)

    def storm(self, url: str = "", **options: Unpack[api.Kept]) -> Result:
        """Drop connections, see how they come back; as `connect`. `how="restart"` restarts the app under test."""
        __tracebackhide__ = True
        server = self._server() if not urlsplit(url).scheme else None
        return self._measure(lambda url, **more: api.storm(url, server, **more), url, options)

    def slow(self, url: str = "", **options: Unpack[api.Kept]) -> Result:
        """Let some subscribers read slowly, and measure what it costs the others; as `connect` in all else."""
        __tracebackhide__ = True
        return self._measure(api.slow, url, options)

    def script(
        self, session: Session | str | Path, url: str = "", /, **options: Unpack[api.Options]
    ) -> Result:
        """Have each connection live a session of a script, and time its steps; in all else as `connect`.

        Args:
            session: The script's file, or an `async def session(ws)` at the top level of one: the test's, say.
        """
        __tracebackhide__ = True
        return self._measure(partial(api.script, session), url, options)

    def _measure(self, scenario: Callable[..., Run], url: str, options: api.Options) -> Result:
        __tracebackhide__ = True
        server = self._server() if not urlsplit(url).scheme else None
        if server is not None:
            _check_alive(server)
            url = server.url + "/" * (not url.startswith(("/", "?")) and url != "") + url
            options = cast(
                api.Options, {"target_pid": server.pid, **options, **_of_publishers(server, options)}
            )
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return self._now(scenario, url, options)
        return cast(Result, self._aside(scenario, url, options))

    def _now(self, scenario: Callable[..., Run], url: str, options: api.Options) -> Result:
        __tracebackhide__ = True
        with _lock(self._turn) as turn:
            if turn is not None:
                file_lock.take(turn)
            try:
                return Result(scenario(url, **options), self._on_missed)
            except SwarmError as error:
                raise error.with_traceback(None) from None

    async def _aside(self, scenario: Callable[..., Any], url: str, options: api.Options) -> Result:
        with _lock(self._turn) as turn:
            while turn is not None and not file_lock.has_taken(turn):
                await asyncio.sleep(_TURN_POLL_S)
            return Result(await scenario(url, **options), self._on_missed)


def start_command(
    app: str | Sequence[str], directory: Path, variables: Mapping[str, str], search: Sequence[str]
) -> Command:
    """Return how to start the app: `module:app`, `module:factory()`, or a command with `{port}`.

    Args:
        search: Where the modules of an app of ours are looked for, as in `sys.path`.

    Raises:
        NotInstalled: what serves an app that is no command is not.
    """
    if not isinstance(app, str) or "{port}" in app or " " in app.strip():
        line = app if isinstance(app, str) else shlex.join(app)
        return Command(f"the app's command {line!r}", line, directory, {**_own_programs(), **variables})
    require("app", f"to serve the app {app!r}", ("uvicorn",))
    words = [sys.executable, "-m", "uvicorn", app.removesuffix("()"), "--host", HOST, "--port", "{port}"]
    words += ["--log-level", "warning", "--no-access-log", *(["--factory"] if app.endswith("()") else [])]
    found = {"PYTHONPATH": os.pathsep.join(path for path in search if path), **variables}
    return Command(f"the app {app!r}", shlex.join(words), directory, found)


def _own_programs() -> dict[str, str]:
    """Return a PATH on which the programs of our virtual environment come first, activated or not."""
    if sys.prefix == sys.base_prefix:
        return {}
    return {"PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))}


def _of_publishers(server: AppServer, options: api.Options) -> dict[str, str]:
    """Return where publishers publish that were told a path of the app under test."""
    method, _, path = (options.get("publish") or "").partition(" ")
    url = options.get("publisher_url") or ""
    found = {"publish": f"{method} {server.http_url}{path}"} if path.startswith("/") else {}
    return found | ({"publisher_url": f"{server.url}{url}"} if url.startswith("/") else {})


def _check_alive(server: AppServer) -> None:
    if not server.is_running:
        words = "".join(f"\n  {line}" for line in server.last_words())
        raise TargetError(f"{server.name} has ended with exit code {server.exit_code}{words and ':' + words}")


@contextmanager
def _lock(path: Path | None) -> Iterator[int | None]:
    """Give a descriptor to lock; what is locked is free again at the end, however that comes."""
    if path is None:
        yield None
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
