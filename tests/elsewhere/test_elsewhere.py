"""What works without what only Linux has: the same commands, in processes from which that was taken away."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.servers import serve

ROOT = Path(__file__).parents[2]
SYSTEMS = pytest.mark.parametrize("system", ["macos", "windows"])


def python(system: str, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run Python as on another system, with a text as its input."""
    path = os.pathsep.join((str(Path(__file__).parent / system), str(ROOT)))
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": path},
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


def test_everything_but_locust_itself_imports_without_the_modules_of_unix() -> None:
    missing = ["resource", "fcntl", "termios", "pwd", "grp"]
    modules = "wswarm.cli.main, wswarm, wswarm.testing.plugin, wswarm.testing.swarm, wswarm.drive.agent"
    done = python("", "-c", f"import sys; sys.modules |= dict.fromkeys({missing}); import {modules}")
    assert (done.returncode, done.stderr) == (0, "")


SCENARIOS = [("connect", "picows"), ("echo", "picows"), ("echo", "websockets"), ("fanout", "picows")]
ALL_OF_THEM = """
import json, sys
from wswarm.cli.main import main
for arguments in json.load(sys.stdin):
    main(arguments)
"""


@pytest.fixture(scope="module", params=["macos", "windows"])
def measured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the command measures of each scenario with each driver, one after another in one process."""
    folder = tmp_path_factory.mktemp("runs")
    lines = []
    with serve("relay") as relay, serve("echo") as echo:
        for scenario, driver in SCENARIOS:
            load = (
                ["-c", "300", "--connect-rate", "1k/s"]
                if scenario == "connect"
                else ["-c", "3", "-r", "20/s", "--warmup", "0s"]
            )
            place = ["--no-plots", "--quiet", "-o", str(folder / f"{scenario}-{driver}")]
            url = relay.url if scenario == "fanout" else echo.url
            lines.append([scenario, url, *load, "-d", "500ms", "--driver", driver, *place])
        done = python(request.param, "-c", ALL_OF_THEM, text=json.dumps(lines))
    names = [f"{scenario}-{driver}" for scenario, driver in SCENARIOS]
    assert all((folder / name / "run.json").exists() for name in names), done.stderr
    return {name: json.loads((folder / name / "run.json").read_text()) for name in names}


@pytest.mark.xdist_group("elsewhere")
@pytest.mark.parametrize(("scenario", "driver"), SCENARIOS)
def test_a_scenario_is_measured(measured: dict[str, Any], scenario: str, driver: str) -> None:
    run = measured[f"{scenario}-{driver}"]
    assert run["connections"]["failed"] == 0
    assert run["connections"]["opened"] == {"connect": 300, "echo": 3, "fanout": 4}[scenario]
    assert run["generator"]["pacing"] == "exact, timers of 1 ms"
    if scenario != "connect":
        assert run["messages"]["received"] == run["messages"]["owed"] > 0


@SYSTEMS
def test_the_doctor_says_what_is_coarser(system: str) -> None:
    done = python(system, "-m", "wswarm.cli.main", "doctor", "-c", "300")
    assert "the event loop's, 1 ms" in done.stdout
    assert {"macos": "10,240 per process", "windows": "no limit"}[system] in done.stdout


@SYSTEMS
def test_the_reference_application_is_started_and_stopped(system: str, tmp_path: Path) -> None:
    done = python(
        system,
        *("-m", "wswarm.cli.main", "run", "--scenarios", "connect", "-c", "3", "-d", "200ms"),
        *("--no-plots", "--quiet", "--print", "json", "-o", str(tmp_path / "run")),
    )
    (run,) = json.loads(done.stdout)
    assert run["connections"]["opened"] == 3
    assert run["target"]["pid"] > 0


@SYSTEMS
def test_the_plugin_breaks_no_suite_and_measures(system: str, tmp_path: Path) -> None:
    with serve("echo") as server:
        (tmp_path / "test_it.py").write_text(
            "def test_it(ws_swarm):\n"
            f"    assert ws_swarm.connect({server.url!r}, connections=3, duration=0.2).run.connections.opened == 3\n"
        )
        less = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")  # which takes longer than the suite
        done = python(system, "-m", "pytest", "-q", *less, "-c", os.devnull, str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


def test_users_of_locust_are_measured_on_macos(tmp_path: Path) -> None:
    """Not on Windows: gevent's build for Linux, which the tests run with, needs the modules that go there."""
    with serve("echo") as server:
        (tmp_path / "locustfile.py").write_text(
            "from wswarm.locust import WebSocketUser\n"
            "class Feed(WebSocketUser):\n"
            f"    scenario, url, settings = 'echo', {server.url!r}, {{'ping': 0.2}}\n"
        )
        done = python(
            "macos",
            *("-m", "locust", "-f", str(tmp_path / "locustfile.py"), "--headless", "-u", "2", "-r", "10"),
            *("--ws-hold", "1s", "--ws-report", str(tmp_path), "--ws-no-plots"),
        )
    (file,) = tmp_path.glob("2*/run.json")
    run = json.loads(file.read_text())
    busy = run["validity"]["verdict"] == "invalid"  # as a brief test is beside others; what it counts stands
    assert done.returncode == (98 if busy else 0), done.stdout + done.stderr
    assert run["messages"]["received"] == run["messages"]["owed"] > 0
    assert run["connections"]["pings"] > 0
    assert run["generator"]["pacing"] == "exact, timers of 1 ms"
