"""What a script's request costs the generator, in turns with the least that asyncio can do and with a Locust user.

Each of a thousand asks ten times a second. Most of it is the system's: a timer, a send, a wake-up and a read, for one
message at a time. `asking_tasks` is bare picows with a task each, `plain_requests` websocket-client under Locust.
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from benchmarks.pairs import cpu_s_per_message as printed_cost
from tests.end_to_end.servers import Server, serve
from wswarm.report import store

YARDSTICKS = Path(__file__).parent / "yardsticks"
SESSIONS, EACH_S, HOLD_S = 1000, 10, 4
ROUNDS = 3


def of_a_script(server: Server) -> float:
    """Return the CPU seconds of all agents per step."""
    with tempfile.TemporaryDirectory() as folder:
        plan = ("-c", str(SESSIONS), "-d", f"{HOLD_S}s", "--quiet", "--no-plots", "-o", f"{folder}/run")
        command = [
            sys.executable,
            "-m",
            "wswarm",
            "script",
            str(YARDSTICKS / "asking_session.py"),
            server.url,
        ]
        subprocess.run([*command, *plan], check=False)
        (run,) = store.load(Path(folder, "run"))
    assert run.sessions is not None
    assert run.sessions.failed == 0
    assert run.generator.cpu_s_per_message is not None
    return run.generator.cpu_s_per_message


def of_a_plain_user(server: Server) -> float:
    """Return the CPU seconds of Locust's process per request."""
    users = ("--headless", "--only-summary", "-u", str(SESSIONS), "-r", str(SESSIONS), "-t", "60s")
    work = ("--host", server.url, "--messages", str(SESSIONS * EACH_S * HOLD_S))
    command = [sys.executable, "-m", "locust", "-f", str(YARDSTICKS / "plain_requests.py"), *users, *work]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return printed_cost(next(line for line in reversed(done.stdout.splitlines()) if line.startswith("{")))


def of_bare_tasks(server: Server) -> float:
    """Return the CPU seconds of bare tasks per request."""
    module = "benchmarks.yardsticks.asking_tasks"
    command = [sys.executable, "-m", module, server.url, str(SESSIONS), str(HOLD_S)]
    return printed_cost(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.benchmark(group="generator CPU per request of a script")
def test_a_request_of_1000_sessions(benchmark):
    with serve("echo") as server:

        def in_turns() -> list[tuple[float, ...]]:
            sides = (of_a_script, of_bare_tasks, of_a_plain_user)
            return [tuple(side(server) for side in sides) for _ in range(ROUNDS)]

        rounds = benchmark.pedantic(in_turns, rounds=1)
    for name, costs in zip(("script", "bare_tasks", "plain_locust"), zip(*rounds, strict=True), strict=True):
        benchmark.extra_info[f"{name}_us_per_request"] = round(statistics.median(costs) * 1e6, 2)
    assert statistics.median(script / bare for script, bare, _ in rounds) <= 1.6
    assert statistics.median(script / plain for script, _, plain in rounds) <= 0.65
