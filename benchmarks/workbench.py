"""The workbench over thousands of stored runs: how long its pages take.

`python -m benchmarks.workbench 2000` makes so many runs from real ones, reads them into an index, asks for each page
several times, and prints the CPU time and the time of the quickest and of the median answer.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fastapi.testclient import TestClient

from tests.ui import stored
from wswarm.ui.app import make_app

TIMES = 7


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="?", type=int, default=2_000)
    count = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        names = stored.fill(Path(folder) / "runs", count)
        app = make_app((Path(folder) / "runs").resolve())
        client = TestClient(app, base_url="http://127.0.0.1")
        began = time.perf_counter()
        app.state.desk.index.refresh()
        print(f"{count:,} runs, read into the index in {time.perf_counter() - began:.1f} s")
        print(f"{'page':<60} {'CPU':>8} {'least':>8} {'median':>8}")
        for path in (
            "/",
            "/?scenario=echo",
            "/?target=host-1&commit=0000&verdict=valid",
            f"/compare?run={names[1]}&run={names[4]}",
            "/trends?figure=response_time.p50&scenario=echo",
            "/trends?figure=fanout.completion_time.p50&scenario=fanout&by=commit",
            f"/runs/{names[1]}",
        ):
            print(f"{path:<60} {_measured(lambda path=path: client.get(path).raise_for_status())}")


def _measured(ask: Callable[[], object]) -> str:
    ask()
    walls, cpus = [], []
    for _ in range(TIMES):
        wall, cpu = time.perf_counter(), time.process_time()
        ask()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    figures = (statistics.median(cpus), min(walls), statistics.median(walls))
    return " ".join(f"{1e3 * one:5.0f} ms" for one in figures)


if __name__ == "__main__":
    main()
