"""What the generator costs under Locust: beside wswarm's own front end, and beside a plain Locust user.

The CPU of all its processes counts, Locust's included; of the plain user's that of the Locust process that receives.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.pairs import YARDSTICK, Ratio, in_turns
from benchmarks.pairs import cpu_s_per_message as printed_cost
from benchmarks.process_tree import cpu_s_per_message
from tests.end_to_end.servers import Server, serve

ROOT = Path(__file__).parents[1]
PLAIN = ROOT / "benchmarks" / "yardsticks" / "plain_locust.py"
SUBSCRIBERS, RATE, HOLD_S, WATCHED_S = 1000, 20, 4, 2.0
PUBLISHER_SIZE = 46


def note(benchmark, result: Ratio, yardstick: str) -> None:
    benchmark.extra_info["cpu_us_per_message"] = round(result.ours * 1e6, 2)
    benchmark.extra_info[f"{yardstick}_us_per_message"] = round(result.yardstick * 1e6, 2)
    benchmark.extra_info["ratio"] = round(result.ratio, 3)


def locust(server: Server, file: str, connections: int, rate: int, sockets: int) -> float:
    """Return what a message costs with a locustfile of `loadtests`."""
    users = ("--headless", "--only-summary", "-u", str(connections), "-r", str(connections))
    ours = ("--ws-rate", str(rate), "--ws-hold", f"{HOLD_S}s", "--ws-no-plots", "--host", server.url)
    arguments = ("locust", "-f", str(ROOT / "loadtests" / file), *users, *ours)
    return cpu_s_per_message(arguments, "--ws-report", server.pid, sockets, WATCHED_S)


def wswarm(server: Server, scenario: str, connections: int, rate: int, sockets: int) -> float:
    """Return what a message costs from wswarm's own command line."""
    plan = ("-c", str(connections), "-r", str(rate), "-d", f"{HOLD_S}s", "--connect-rate", "1000")
    arguments = ("wswarm.cli", scenario, server.url, *plan, "--no-plots", "--quiet")
    return cpu_s_per_message(arguments, "-o", server.pid, sockets, WATCHED_S)


def plain_locust(server: Server, broadcasts: int) -> float:
    """Return the CPU seconds per delivery of a plain Locust user that fires `request` for each."""
    users = ("--headless", "--only-summary", "-u", str(SUBSCRIBERS), "-r", str(SUBSCRIBERS), "-t", "60s")
    work = ("--host", server.url, "--messages", str(SUBSCRIBERS * broadcasts))
    receive = [sys.executable, "-m", "locust", "-f", str(PLAIN), *users, *work]
    publish = [sys.executable, "-m", YARDSTICK, "publish", server.url, str(RATE), str(broadcasts)]
    with subprocess.Popen(receive, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as receiver:
        assert receiver.stdout is not None
        receiver.stdout.readline()
        subprocess.run([*publish, str(PUBLISHER_SIZE)], check=True)
        printed = [line for line in receiver.stdout if line.startswith("{")]
    return printed_cost(printed[-1])


@pytest.mark.benchmark(group="generator CPU per message under Locust")
def test_a_delivery_to_1000_chat_users_beside_wswarm_fanout(benchmark):
    with serve("relay") as server:

        def pair() -> Ratio:
            work = (SUBSCRIBERS, RATE, SUBSCRIBERS + 1)
            return in_turns(
                lambda: locust(server, "chat.py", *work), lambda: wswarm(server, "fanout", *work), pairs=1
            )

        result = benchmark.pedantic(pair, rounds=1)
    note(benchmark, result, "wswarm")
    assert result.ratio <= 1.3


@pytest.mark.benchmark(group="generator CPU per message under Locust")
def test_a_delivery_to_1000_chat_users_beside_plain_locust_users(benchmark):
    with serve("relay") as server:

        def pair() -> Ratio:
            return in_turns(
                lambda: locust(server, "chat.py", SUBSCRIBERS, RATE, SUBSCRIBERS + 1),
                lambda: plain_locust(server, RATE * HOLD_S),
                pairs=1,
            )

        result = benchmark.pedantic(pair, rounds=1)
    note(benchmark, result, "plain_locust")
    assert result.ratio <= 1 / 3


@pytest.mark.benchmark(group="generator CPU per message under Locust")
def test_an_echo_at_2000_a_second_beside_wswarm_echo(benchmark):
    with serve("echo") as server:

        def pair() -> Ratio:
            return in_turns(
                lambda: locust(server, "echo.py", 50, 2000, 50),
                lambda: wswarm(server, "echo", 50, 2000, 50),
                pairs=1,
            )

        result = benchmark.pedantic(pair, rounds=1)
    note(benchmark, result, "wswarm")
