"""The fixtures beside other plugins: pytest-xdist, coroutines as tests, pytest-benchmark."""

import json
from datetime import datetime
from itertools import pairwise

import pytest

from tests.pytest_plugin.suites import run, suite

pytest_plugins = ["pytester"]

INI = "ws_app = service:app"


def test_workers_of_xdist_have_an_app_each_and_measure_in_turns(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
import json, pathlib, pytest
@pytest.mark.parametrize("number", range(3))
def test_one(ws_swarm, ws_server, number):
    run = ws_swarm.echo("/ws", **{**BRIEF, "duration": 1}).run
    assert run.messages.received == 100
    pathlib.Path(f"seen-{number}").write_text(json.dumps([run.started_at, run.phases.end, ws_server.pid]))
""",
        ini=INI,
    )
    run(pytester, "-p", "xdist", "-n2").assert_outcomes(passed=3)
    seen = [json.loads((pytester.path / f"seen-{number}").read_text()) for number in range(3)]
    assert len({pid for _, _, pid in seen}) == 2
    spans = sorted((datetime.fromisoformat(start).timestamp(), lasts) for start, lasts, _ in seen)
    assert all(start + lasts <= later for (start, lasts), (later, _) in pairwise(spans))


def test_a_coroutine_awaits_its_result_whatever_runs_it(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
import asyncio, pytest
from websockets.asyncio.server import serve

async def echo(connection):
    async for message in connection:
        await connection.send(message)

async def measure(ws_swarm):
    async with serve(echo, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        own = await ws_swarm.echo(f"ws://127.0.0.1:{port}/", **BRIEF)
    app = await ws_swarm.echo("/ws", **BRIEF)
    assert own.run.messages.received == app.run.messages.received == 50

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_by_a_plugin(ws_swarm, anyio_backend):
    await measure(ws_swarm)

def test_by_hand(ws_swarm):
    asyncio.run(measure(ws_swarm))
""",
        ini=INI,
    )
    run(pytester, "-p", "anyio").assert_outcomes(passed=2)


def test_measured_figures_stand_in_the_files_of_pytest_benchmark(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
import pytest
from wswarm import FigureClock
p50 = FigureClock("p50")
figures = []

@pytest.mark.benchmark(group="echo p50", timer=p50)
def test_p50(benchmark, ws_swarm):
    def a_slice():
        run = ws_swarm.echo("/ws", **BRIEF).run
        figures.append(run.response_time.p50)
        p50.advance(run.response_time.p50)
    benchmark.pedantic(a_slice, rounds=3)
    benchmark.extra_info["seen"] = figures
""",
        ini=INI,
    )
    run(pytester, "-p", "benchmark", "--benchmark-only", "--benchmark-json=out.json").assert_outcomes(
        passed=1
    )
    (stored,) = json.loads((pytester.path / "out.json").read_text())["benchmarks"]
    assert stored["options"]["timer"] == "p50"
    assert stored["stats"]["rounds"] == 3
    assert stored["stats"]["data"] == pytest.approx(stored["extra_info"]["seen"])
