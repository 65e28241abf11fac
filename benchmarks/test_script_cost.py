"""What a script's request costs the generator, in turns with the least that asyncio can do and with a Locust user.

Each of a thousand asks ten times a second. Most of that is the system's: a timer, a send, a wake-up and a read, for
one message at a time. Where a hundred ask as fast as replies come, a wake-up serves many. `asking_tasks` is bare
picows with a task each, `plain_requests` websocket-client under Locust.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.pairs import cpu_s_per_message as printed_cost
from tests.end_to_end.servers import Server, serve
from wswarm.report import store

YARDSTICKS = Path(__file__).parent / "yardsticks"
HOLD_S, ROUNDS = 4, 3
PACED, BUSY = (1000, "0.1"), (100, "0")  # how many, and how long each waits after a reply, s


def of_a_script(server: Server, sessions: int, each_s: str) -> float:
    """Return the CPU seconds of all agents per step."""
    with tempfile.TemporaryDirectory() as folder:
        plan = ("-c", str(sessions), "-d", f"{HOLD_S}s", "--quiet", "--no-plots", "-o", f"{folder}/run")
        script = str(YARDSTICKS / "asking_session.py")
        command = [sys.executable, "-m", "wswarm", "script", script, server.url, *plan]
        subprocess.run(command, check=False, env=waiting(each_s))
        (run,) = store.load(Path(folder, "run"))
    assert run.sessions is not None
    assert run.sessions.failed == 0
    assert run.generator.cpu_s_per_message is not None
    return run.generator.cpu_s_per_message


def of_a_plain_user(server: Server, sessions: int, each_s: str) -> float:
    """Return the CPU seconds of Locust's process per request."""
    users = ("--headless", "--only-summary", "-u", str(sessions), "-r", str(sessions), "-t", "60s")
    work = ("--host", server.url, "--messages", str(10_000 * HOLD_S))
    command = [sys.executable, "-m", "locust", "-f", str(YARDSTICKS / "plain_requests.py"), *users, *work]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=waiting(each_s))
    return printed_cost(next(line for line in reversed(done.stdout.splitlines()) if line.startswith("{")))


def of_bare_tasks(server: Server, sessions: int, _: str) -> float:
    """Return the CPU seconds of bare tasks per request."""
    module = "benchmarks.yardsticks.asking_tasks"
    command = [sys.executable, "-m", module, server.url, str(sessions), str(HOLD_S)]
    return printed_cost(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def waiting(each_s: str) -> dict[str, str]:
    """Return the environment in which who asks waits so long after a reply."""
    return {**os.environ, "ASKING_EACH_S": each_s}


def note(benchmark, names: Sequence[str], rounds: Sequence[tuple[float, ...]]) -> list[float]:
    """Note the medians; return the first's ratio to each, the median over the rounds."""
    for name, costs in zip(names, zip(*rounds, strict=True), strict=True):
        benchmark.extra_info[f"{name}_us_per_request"] = round(statistics.median(costs) * 1e6, 2)
    return [
        statistics.median(own / other for own, other in zip(*pair, strict=True)) for pair in pairs(rounds)
    ]


def pairs(rounds: Sequence[tuple[float, ...]]) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    """Return the first's costs beside those of each."""
    columns = list(zip(*rounds, strict=True))
    return [(columns[0], other) for other in columns]


@pytest.mark.benchmark(group="generator CPU per request of a script")
def test_a_request_of_1000_sessions_ten_times_a_second(benchmark):
    with serve("echo") as server:

        def in_turns() -> list[tuple[float, ...]]:
            sides = (of_a_script, of_bare_tasks, of_a_plain_user)
            return [tuple(side(server, *PACED) for side in sides) for _ in range(ROUNDS)]

        rounds = benchmark.pedantic(in_turns, rounds=1)
    _, to_bare, to_plain = note(benchmark, ("script", "bare_tasks", "plain_locust"), rounds)
    assert to_bare <= 1.5
    assert to_plain <= 0.6


@pytest.mark.benchmark(group="generator CPU per request of a script")
def test_a_request_of_100_sessions_as_fast_as_replies_come(benchmark):
    with serve("echo") as server:

        def in_turns() -> list[tuple[float, ...]]:
            return [
                tuple(side(server, *BUSY) for side in (of_a_script, of_a_plain_user)) for _ in range(ROUNDS)
            ]

        rounds = benchmark.pedantic(in_turns, rounds=1)
    _, to_plain = note(benchmark, ("script", "plain_locust"), rounds)
    assert to_plain <= 0.4
