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
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self, Unpack, cast
from urllib.parse import urlsplit

from wswarm import api
from wswarm.drive.host import file_lock
from wswarm.drive.host.server import Command, Server, free_ports
from wswarm.errors import PlanError, SwarmError, TargetError
from wswarm.experiment.script import Session
from wswarm.reference import HOST
from wswarm.report import text
from wswarm.report.headline import url as address_of
from wswarm.report.sections import objective_value
from wswarm.results.run import Run, SloResult
from wswarm.stats.slo import check

_TURN_POLL_S = 0.1


class Judgement:
    """Whether a run meets objectives: true or false, and in words.

    Attributes:
        result: What was judged.
        objectives: Each with its value.
    """

    def __init__(self, result: "Result", objectives: Sequence[SloResult]) -> None:
        self.result = result
        self.objectives = tuple(objectives)

    def __bool__(self) -> bool:
        run = self.result.run
        is_sound = run.failure is None and run.validity.verdict != "invalid"
        return is_sound and all(objective.met for objective in self.objectives)

    @property
    def missed(self) -> list[SloResult]:
        """The objectives that were missed."""
        return [one for one in self.objectives if not one.met and one.value is not None]

    @property
    def not_measurable(self) -> list[SloResult]:
        """The objectives whose figure the run lacks, which are not met either; each says why."""
        return [one for one in self.objectives if one.value is None]

    def __repr__(self) -> str:
        run, validity = self.result.run, self.result.run.validity
        parts = [f"the target failed: {run.failure}"] if run.failure is not None else []
        parts += run.notices
        if self:
            parts.append(f"met: {', '.join(one.expression for one in self.objectives)}")
        for word, unmet in {"missed": self.missed, "not measurable": self.not_measurable}.items():
            if unmet:
                parts.append(f"{word}: {', '.join(_seen(one) for one in unmet)}")
        if validity.verdict == "suspect":
            parts.append("suspect run")
        if validity.verdict == "invalid":
            parts.append(f"invalid run: {'; '.join(validity.reasons)}")
        return f"<{'; '.join(parts)}>"


class Result:
    """A measured scenario.

    Attributes:
        run: All figures, as in `run.json`.
    """

    def __init__(self, run: Run, on_missed: Callable[[Judgement], object] = bool) -> None:
        self.run = run
        self._on_missed = on_missed

    def meets(self, *expressions: str) -> Judgement:
        """Return whether the run is not invalid and meets every objective; without any, those of option `slo`.

        Raises:
            PlanError: an expression can't be read, names no figure of a run, or there is none.
        """
        __tracebackhide__ = True
        if not expressions and not self.run.slo:
            raise PlanError("no objective: write result.meets('p99<50ms', 'lost==0')")
        try:
            objectives = check(self.run, expressions) if expressions else self.run.slo
        except PlanError as error:
            raise PlanError(str(error).replace("--slo ", "objective ", 1)) from None
        judgement = Judgement(self, objectives)
        if not judgement:
            self._on_missed(judgement)
        return judgement

    @property
    def summary(self) -> str:
        """The run's summary, as the command line prints it."""
        return text.summary(self.run)

    @property
    def title(self) -> str:
        """What was measured, in a few words."""
        return f"wswarm {self.run.scenario} {address_of(self.run)}"

    def __repr__(self) -> str:
        return f"<{self.title}: {self.run.validity.verdict}>"

    def __await__(self) -> Generator[Any, None, Self]:
        """Return the result itself: `await ws_swarm.echo(...)` and `ws_swarm.echo(...)` both give a `Result`."""
        yield from ()
        return self


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

    def connect(self, url: str = "", **options: Unpack[api.Options]) -> Result:
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

    def echo(self, url: str = "", **options: Unpack[api.Options]) -> Result:
        """Send messages at a rate and time their replies; takes, returns and raises as `connect` does."""
        __tracebackhide__ = True
        return self._measure(api.echo, url, options)

    def fanout(self, url: str = "", **options: Unpack[api.Options]) -> Result:
        """Publish messages and time their delivery to all; takes, returns and raises as `connect` does."""
        __tracebackhide__ = True
        return self._measure(api.fanout, url, options)

    def slow(self, url: str = "", **options: Unpack[api.Options]) -> Result:
        """Let some subscribers read slowly, and measure what it costs the others; as `connect` in all else."""
        __tracebackhide__ = True
        return self._measure(api.slow, url, options)

    def script(
        self, session: Session | str | Path, url: str = "", /, **options: Unpack[api.Options]
    ) -> Result:
        """Have each connection live a session of a script, and time its steps.

        Args:
            session: The script's file, or an `async def session(ws)` at the top level of one: the test's, say.
            url: Address, or path of the app under test.
            options: Those of `wswarm.script`.

        Returns and raises as `connect` does.
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
    """
    if not isinstance(app, str) or "{port}" in app or " " in app.strip():
        line = app if isinstance(app, str) else shlex.join(app)
        return Command(f"the app's command {line!r}", line, directory, {**_own_programs(), **variables})
    words = [sys.executable, "-m", "uvicorn", app.removesuffix("()"), "--host", HOST, "--port", "{port}"]
    words += ["--log-level", "warning", "--no-access-log", *(["--factory"] if app.endswith("()") else [])]
    found = {"PYTHONPATH": os.pathsep.join(path for path in search if path), **variables}
    return Command(f"the app {app!r}", shlex.join(words), directory, found)


def _own_programs() -> dict[str, str]:
    """Return a PATH on which the programs of our virtual environment come first, activated or not."""
    if sys.prefix == sys.base_prefix:
        return {}
    return {"PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))}


def _seen(objective: SloResult) -> str:
    """Return an objective and what it was instead."""
    if objective.value is None:
        return f"{objective.expression} ({objective.why})"
    return f"{objective.expression} (was {objective_value(objective.expression, objective.value)})"


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
