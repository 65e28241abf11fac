"""Fixtures that a test suite gets by installing wswarm: the app under test on a real port, swarms that measure it.

Nothing but pytest and the standard library is imported here: this module loads in every pytest session.
"""

import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import pytest

if TYPE_CHECKING:
    from wswarm.testing.swarm import AppServer, Judgement, Swarm

Scope = Literal["session", "package", "module", "class", "function"]

_SCOPES: tuple[Scope, ...] = ("session", "package", "module", "class", "function")
_LOG_LINES = 60
_AGAIN = " (told before)"
_NO_APP = (
    "wswarm does not know the app under test: give --ws-app module:app or set ws_app in pytest's configuration"
    " (an import string, or a command with {port}), or override the fixture ws_app"
)


class Watch:
    """What there is to tell of a test that fails.

    Attributes:
        servers: Those that run, each with how much it had logged when the test began.
        missed: Judgements of the test that came out false.
        not_started: Failures of apps to start, by identity: pytest raises them again in each test to come.
    """

    def __init__(self) -> None:
        self.servers: dict[AppServer, int] = {}
        self.missed: list[Judgement] = []
        self.not_started: dict[int, Any] = {}

    def begin(self) -> None:
        """Forget the test before."""
        self.missed.clear()
        for server in self.servers:
            self.servers[server] = server.log_size()

    def not_start(self, why: str) -> BaseException:
        """Return the failure of an app to start, to be raised: told without a traceback."""
        failure: Any = pytest.fail.Exception(why, pytrace=False)
        self.not_started[id(failure)] = failure
        return cast(BaseException, failure)

    def shorten(self, told: BaseException) -> None:
        """Keep the first line of a failure to start, once it has been told at length."""
        failure = self.not_started.get(id(told))
        if failure is not None and _AGAIN not in failure.msg:
            failure.msg = failure.msg.splitlines()[0].rstrip(":") + _AGAIN


_WATCH = pytest.StashKey[Watch]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the settings."""
    help_app = "ASGI app under test, module:app or module:factory(), or a command that serves it on {port}"
    parser.getgroup("wswarm", "WebSocket measurements").addoption("--ws-app", metavar="APP", help=help_app)
    parser.addini("ws_app", help_app, type="string", default="")
    parser.addini(
        "ws_scope", f"how long the app runs: {', '.join(_SCOPES)}", type="string", default="session"
    )
    parser.addini("ws_start_timeout", "how long the app may take to start, s", type="float", default=30.0)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.stash[_WATCH] = Watch()
    config.addinivalue_line(
        "markers", "wswarm: measures a WebSocket service; tests that use ws_swarm carry it by themselves"
    )
    if config.getini("ws_scope") not in _SCOPES:
        raise pytest.UsageError(f"ws_scope {config.getini('ws_scope')!r} is none of {', '.join(_SCOPES)}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what measures, so that `-m 'not wswarm'` leaves it out."""
    for item in items:
        if "ws_swarm" in getattr(item, "fixturenames", ()):
            item.add_marker("wswarm")


def _scope(fixture_name: str, config: pytest.Config) -> Scope:  # noqa: ARG001 - pytest gives it by its name
    scope: Scope = config.getini("ws_scope")
    return scope


@pytest.fixture(scope=_scope)
def ws_app(pytestconfig: pytest.Config) -> str | Sequence[str] | None:
    """The app under test: an import string, a command with `{port}`, or `None`. Override it to name another."""
    return pytestconfig.getoption("--ws-app") or pytestconfig.getini("ws_app") or None


@pytest.fixture(scope=_scope)
def ws_environment() -> Mapping[str, str]:
    """What the app finds in its environment besides ours. Override it to set something."""
    return {}


@pytest.fixture(scope=_scope)
def ws_server(
    ws_app: str | Sequence[str] | None, ws_environment: Mapping[str, str], pytestconfig: pytest.Config
) -> Iterator["AppServer"]:
    """The app under test on a free port of the loopback: `.url`, `.http_url`, `.port`, `.pid`, `.log()`."""
    from wswarm.errors import SwarmError
    from wswarm.testing.swarm import AppServer, start_command

    watch = pytestconfig.stash[_WATCH]
    if not ws_app:
        raise watch.not_start(_NO_APP)
    try:
        command = start_command(ws_app, pytestconfig.rootpath, ws_environment, sys.path)
        server = AppServer(ws_app, command)
    except SwarmError as error:
        raise watch.not_start(str(error)) from None
    with server:
        try:
            server.wait_until_it_listens(pytestconfig.getini("ws_start_timeout"))
        except SwarmError as error:
            raise watch.not_start(str(error)) from None
        watch.servers[server] = 0
        yield server
        del watch.servers[server]


@pytest.fixture(scope=_scope)
def ws_swarm(
    request: pytest.FixtureRequest,
    ws_app: str | Sequence[str] | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> "Swarm":
    """Measures the app under test, or any address: `.connect`, `.echo`, `.fanout` and so on give a `Result`."""
    from wswarm.testing.swarm import Swarm

    return Swarm(
        app=ws_app,
        server=lambda: request.getfixturevalue("ws_server"),
        turn=_turn(request.config, tmp_path_factory),
        on_missed=request.config.stash[_WATCH].missed.append,
    )


def _turn(config: pytest.Config, folders: pytest.TempPathFactory) -> Path | None:
    """Return the file that the workers of pytest-xdist lock to measure one at a time."""
    return folders.getbasetemp().parent / "wswarm.lock" if hasattr(config, "workerinput") else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin to watch."""
    item.config.stash[_WATCH].begin()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Refuse a test whose `ws_app` is not what its longer-living server was started from."""
    used: dict[str, Any] = getattr(item, "funcargs", {})
    for name in ("ws_server", "ws_swarm"):
        if name in used and "ws_app" in used and used["ws_app"] != getattr(used[name], "app", used["ws_app"]):
            pytest.fail(
                f"this test overrides ws_app with {used['ws_app']!r}, but {name} was made before, for"
                f" {used[name].app!r}: set ws_scope = module (or override ws_app for the whole session)",
                pytrace=False,
            )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show a failing test's summaries, and what the app has logged meanwhile."""
    report = yield
    if not report.failed:
        return report
    watch = item.config.stash[_WATCH]
    if call.excinfo is not None:
        watch.shorten(call.excinfo.value)
    for result in dict.fromkeys(judgement.result for judgement in watch.missed):
        _add_section(report, result.title, result.summary)
    watch.missed.clear()
    for server, since in watch.servers.items():
        log = server.log(since).rstrip().splitlines()[-_LOG_LINES:]
        if log:
            _add_section(report, f"log of {server.name}", "\n".join(log))
    return report


def _add_section(report: pytest.TestReport, title: str, content: str) -> None:
    """Add to the failure itself where it can be, as JUnit files hold that alone."""
    add = getattr(report.longrepr, "addsection", None)
    if add is not None:
        add(title, content)
    else:
        report.sections.append((title, content))
