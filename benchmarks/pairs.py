"""Two things measured in the same minute, taking turns, so that a noisy machine disturbs both alike."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

YARDSTICK = "benchmarks.yardsticks.counting_loop"


class Ratio(NamedTuple):
    """Medians of both, and of their ratio pair by pair."""

    ours: float
    yardstick: float
    ratio: float


def in_turns(ours: Callable[[], float], yardstick: Callable[[], float], pairs: int) -> Ratio:
    """Return the medians over `pairs` pairs, the order within a pair alternating."""
    results: list[tuple[float, float]] = []
    for number in range(pairs):
        if number % 2:
            other = yardstick()
            results.append((ours(), other))
        else:
            own = ours()
            results.append((own, yardstick()))
    return Ratio(
        statistics.median(own for own, _ in results),
        statistics.median(other for _, other in results),
        statistics.median(own / other for own, other in results),
    )


def counting_echo(url: str, connections: int, seconds: float, size: int) -> float:
    """Return the CPU seconds per echo of a bare picows loop that only counts, one outstanding per connection."""
    done = subprocess.run(
        [sys.executable, "-m", YARDSTICK, "echo", url, str(connections), str(seconds), str(size)],
        check=True,
        capture_output=True,
        text=True,
    )
    return cpu_s_per_message(done.stdout)


def counting_fanout(url: str, connections: int, rate: float, broadcasts: int, size: int) -> float:
    """Return the CPU seconds per delivery of a bare picows loop that only counts."""
    subscribe = [
        sys.executable,
        "-m",
        YARDSTICK,
        "subscribe",
        url,
        str(connections),
        str(connections * broadcasts),
    ]
    publish = [sys.executable, "-m", YARDSTICK, "publish", url, str(rate), str(broadcasts), str(size)]
    with subprocess.Popen(subscribe, stdout=subprocess.PIPE, text=True) as subscribers:
        assert subscribers.stdout is not None
        subscribers.stdout.readline()
        subprocess.run(publish, check=True)
        return cpu_s_per_message(subscribers.stdout.read())


def cpu_s_per_message(printed: str) -> float:
    """Return the figure in the last line that a yardstick printed."""
    figures: dict[str, Any] = json.loads(printed.strip().splitlines()[-1])
    return float(figures["cpu_s_per_message"])
