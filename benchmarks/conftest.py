"""How much is measured, and the runs themselves beside pytest-benchmark's statistics in its JSON."""

import warnings
from collections import defaultdict
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import msgspec
import pytest
from pytest_benchmark.logger import PytestBenchmarkWarning

from benchmarks.slices import Runs, Slices, fanout_of
from tests.target_app.backplane.conftest import backend, postgres_server, redis_server
from wswarm.results.run import Run

__all__ = ["backend", "postgres_server", "redis_server"]

DOCUMENTED, HUB = "documented manager", "hub"

RUNS = pytest.StashKey[Runs]()


class Length(NamedTuple):
    """How much is measured.

    Attributes:
        rounds: Slices per figure.
        pairs: Of ours and a yardstick.
        hold: Of one slice, s.
        churn: Connections that come and go.
        is_long: Whether what takes minutes is measured too.
    """

    rounds: int
    pairs: int
    hold: float
    churn: int
    is_long: bool


SHORT = Length(rounds=3, pairs=3, hold=2.0, churn=1_000, is_long=False)
LONG = Length(rounds=10, pairs=5, hold=4.0, churn=20_000, is_long=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that asks for the long measurements."""
    parser.addoption(
        "--long", action="store_true", help="measure as much as the documentation states, for 15 min"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Prepare a place for the runs, and let pytest-benchmark say itself that it has no base to compare."""
    config.stash[RUNS] = defaultdict(list)
    warnings.simplefilter("default", PytestBenchmarkWarning)


@pytest.fixture(scope="session")
def length(pytestconfig: pytest.Config) -> Length:
    """How much is measured."""
    return LONG if pytestconfig.getoption("--long") else SHORT


@pytest.fixture
def minutes(length: Length) -> None:
    """Skip what takes minutes unless it is asked for."""
    if not length.is_long:
        pytest.skip("takes minutes: give --long")


@pytest.fixture(scope="session")
def runs(pytestconfig: pytest.Config) -> Runs:
    """The runs that figures were taken from, by the name of what was measured."""
    return pytestconfig.stash[RUNS]


@pytest.fixture(scope="session")
def chats(length: Length, runs: Runs) -> Callable[[str], Slices]:
    """Slices of fan-out at the documented manager and at the hub in turns, by uvicorn's WebSocket protocol."""

    @cache
    def served_by(ws: str) -> Slices:
        apps = {DOCUMENTED: "documented.chat", HUB: "main"}
        measures = {name: partial(fanout_of, app, ws, length.hold) for name, app in apps.items()}
        return Slices(f"fan-out, {ws}", measures, runs)

    return served_by


@pytest.hookimpl(optionalhook=True)
def pytest_benchmark_update_json(config: pytest.Config, output_json: dict[str, Any]) -> None:
    """Add the runs, each a document of the run file's form without its rows per second and per broadcast."""
    stored = config.stash[RUNS].items()
    output_json["wswarm"] = {
        "runs": {name: [msgspec.to_builtins(without_rows(run)) for run in own] for name, own in stored}
    }


def without_rows(run: Run) -> Run:
    """Return the run without what only plots need."""
    fanout = run.fanout and msgspec.structs.replace(run.fanout, per_broadcast=[])
    connections = msgspec.structs.replace(run.connections, timeline=[], handshakes=[])
    return msgspec.structs.replace(run, series=[], fanout=fanout, connections=connections)
