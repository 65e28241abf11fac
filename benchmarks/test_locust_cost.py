"""What the generator costs under Locust: beside wswarm's own front end, and beside a plain Locust user.

The CPU of all its processes counts, Locust's included; of the plain user's that of the Locust process that receives.
"""

import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.pairs import cpu_s_per_message as printed_cost
from benchmarks.process_tree import cpu_s_per_message
from tests.end_to_end.servers import Server, serve

ROOT = Path(__file__).parents[1]
PLAIN = ROOT / "benchmarks" / "yardsticks" / "plain_locust.py"
PUBLISHER = "benchmarks.yardsticks.json_publisher"
SUBSCRIBERS, RATE, HOLD_S, WATCHED_S = 1000, 20, 4, 2.0

Costs = dict[str, float]


def in_mirrored_turns(*measures: Callable[[], float]) -> Costs:
    """Return the mean of each by name, measured forth and back, so that a drift of the machine cancels out."""
    order = [*measures, *reversed(measures[:-1])]
    found = [(measure.__name__, measure()) for measure in order]
    return {name: statistics.fmean(cost for other, cost in found if other == name) for name, _ in found}


def note(benchmark, costs: Costs) -> None:
    for name, cost in costs.items():
        benchmark.extra_info[f"{name}_us_per_message"] = round(cost * 1e6, 2)


def under_locust(server: Server, file: str, connections: int, rate: int, sockets: int) -> float:
    """Return what a message costs with a locustfile of `loadtests`."""
    users = ("--headless", "--only-summary", "-u", str(connections), "-r", str(connections))
    ours = ("--ws-rate", str(rate), "--ws-hold", f"{HOLD_S}s", "--ws-no-plots", "--host", server.url)
    arguments = ("locust", "-f", str(ROOT / "loadtests" / file), *users, *ours)
    return cpu_s_per_message(arguments, "--ws-report", server.pid, sockets, WATCHED_S)


def under_wswarm(server: Server, scenario: str, connections: int, rate: int, sockets: int) -> float:
    """Return what a message costs from wswarm's own command line."""
    plan = ("-c", str(connections), "-r", str(rate), "-d", f"{HOLD_S}s", "--connect-rate", "1000")
    arguments = ("wswarm.cli.main", scenario, server.url, *plan, "--no-plots", "--quiet")
    return cpu_s_per_message(arguments, "-o", server.pid, sockets, WATCHED_S)


def plain_user(server: Server, broadcasts: int) -> float:
    """Return the CPU seconds per delivery of a plain Locust user that fires `request` for each."""
    users = ("--headless", "--only-summary", "-u", str(SUBSCRIBERS), "-r", str(SUBSCRIBERS), "-t", "60s")
    work = ("--host", server.url, "--messages", str(SUBSCRIBERS * broadcasts))
    receive = [sys.executable, "-m", "locust", "-f", str(PLAIN), *users, *work]
    publish = [sys.executable, "-m", PUBLISHER, server.url, str(RATE), str(broadcasts)]
    with subprocess.Popen(receive, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as receiver:
        assert receiver.stdout is not None
        receiver.stdout.readline()
        subprocess.run(publish, check=True)
        printed = [line for line in receiver.stdout if line.startswith("{")]
    return printed_cost(printed[-1])


@pytest.mark.benchmark(group="generator CPU per message under Locust")
def test_a_delivery_to_1000_chat_users(benchmark):
    work = (SUBSCRIBERS, RATE, SUBSCRIBERS + 1)
    with serve("relay") as server:

        def locust() -> float:
            return under_locust(server, "chat.py", *work)

        def wswarm() -> float:
            return under_wswarm(server, "fanout", *work)

        def plain_locust() -> float:
            return plain_user(server, RATE * HOLD_S)

        costs = benchmark.pedantic(lambda: in_mirrored_turns(locust, wswarm, plain_locust), rounds=1)
    note(benchmark, costs)
    assert costs["locust"] <= 1.3 * costs["wswarm"]
    assert costs["locust"] <= costs["plain_locust"] / 3


@pytest.mark.benchmark(group="generator CPU per message under Locust")
@pytest.mark.usefixtures("minutes")
def test_an_echo_at_2000_a_second(benchmark):
    with serve("echo") as server:

        def locust() -> float:
            return under_locust(server, "echo.py", 50, 2000, 50)

        def wswarm() -> float:
            return under_wswarm(server, "echo", 50, 2000, 50)

        costs = benchmark.pedantic(lambda: in_mirrored_turns(locust, wswarm), rounds=1)
    note(benchmark, costs)
    assert costs["locust"] <= 1.3 * costs["wswarm"]
