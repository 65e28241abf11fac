"""The instrument as the tests drive it: one measurement from Python or from the command line, and its agents."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from tests.nursery import forked_here
from wswarm.experiment.measure import measure
from wswarm.load.plan import make_plan
from wswarm.results.progress import Progress
from wswarm.results.run import Distribution, Run

PATIENCE_S = 120.0
NS_PER_S = 1_000_000_000
BRIEFLY_S, NAP_S, IN_TIME = 0.050, 0.005, 0.01
Key = TypeVar("Key")
Result = TypeVar("Result")
BRIEF = {"connections": 5, "rate": 200.0, "duration": 0.5, "warmup": 0.1, "drain": 5.0}

clock = pytest.mark.xdist_group("clock")
"""Marks tests that compare times, so that no two of them disturb each other."""
several_at_once = pytest.mark.xdist_group("several at once")
"""Marks tests whose runs are side by side, so that no more are so at the same time."""


def run(
    scenario: str, url: str, on_progress: Callable[[Progress], None] | None = None, **options: Any
) -> Run:
    """A measurement, brief unless told otherwise."""
    brief = {} if scenario == "connect" else {name: BRIEF[name] for name in ("rate", "warmup")}
    brief |= {name: BRIEF[name] for name in ("connections", "duration", "drain")}
    return measure(make_plan(scenario, url, **{**brief, **options}), on_progress)


def together(*measurements: Callable[[], Result]) -> list[Result]:
    """What functions return that run side by side."""
    with ThreadPoolExecutor(len(measurements)) as pool:
        return [future.result() for future in [pool.submit(one) for one in measurements]]


@contextmanager
def side_by_side(
    measurements: Mapping[Key, Callable[[], Result]], at_once: int
) -> Iterator[dict[Key, Future[Result]]]:
    """Measurements that are under way, so many at once: for those that wait more than they work.

    Each test asks for what its own returns, or raises.
    """
    with ThreadPoolExecutor(at_once) as pool:
        yield {key: pool.submit(one) for key, one in measurements.items()}
        pool.shutdown(cancel_futures=True)


def undisturbed(measurement: Callable[[float], Result]) -> Result:
    """What a measurement gives on a server that holds messages for 50 ms; 0.5 s or 1.5 s if the machine is busy.

    Beside other tests it is, and else a bystander finds out, not the instrument, by whether it wakes in time. Tests
    of times are of 2 %: the longer a message is held, the less it matters how long who passes it on waits for a core.
    """
    is_shared = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1
    for held_s in (10 * BRIEFLY_S,) if is_shared else (BRIEFLY_S, 10 * BRIEFLY_S):
        found, late_s = beside_a_bystander(partial(measurement, held_s))
        if late_s < IN_TIME * held_s:
            return found
    return measurement(30 * BRIEFLY_S)


def beside_a_bystander(measurement: Callable[[], Result]) -> tuple[Result, float]:
    """What a measurement gives, and how late somebody else woke meanwhile, nine times of ten no later, s."""
    late_s: list[float] = []
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(measurement)
        while not under_way.done():
            start = time.monotonic()
            time.sleep(NAP_S)
            late_s.append(time.monotonic() - start - NAP_S)
    return under_way.result(), quantile(late_s, 0.9)


def once_in_hold(action: Callable[[], object], after: float = 0.3) -> Callable[[Progress], None]:
    """A watcher of progress that does something once, `after` seconds into the hold."""
    timers: list[threading.Timer] = []

    def watch(progress: Progress) -> None:
        if progress.phase == "hold" and not timers:
            timers.append(threading.Timer(after, action))
            timers[0].start()

    return watch


def as_told(truth_s: float, *found: Run, abs_s: float = 0.0003) -> Any:
    """Equal within 2 % or 0.3 ms, whichever is more: what the instrument promises.

    But for what the runs themselves say of how late they were: nothing on an idle machine.
    """
    lags = [lag for run in found for lag in (run.send_lag, run.generator.loop_lag) if lag is not None]
    return pytest.approx(truth_s, rel=0.02, abs=abs_s + max(map(highest, lags), default=0.0))


def highest(lag: Distribution) -> float:
    """The highest percentile that the sample carries: brief runs have no p99."""
    carried = (value for value in (lag.p99, lag.p95, lag.p90, lag.p50) if value is not None)
    return next(carried, 0.0)


def quantile(values: Sequence[float], share: float) -> float:
    """The value of that rank, nearest rank."""
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * round(share * 1000) // 1000) - 1)]


def agents_of(pid: int | None = None) -> list[psutil.Process]:
    """The agents that the process (this one, if none is given) has started and that still run."""
    forked = [] if pid else [psutil.Process(one) for one in forked_here("wswarm.drive")]
    family = psutil.Process(pid).children(recursive=pid is not None)
    return [child for child in family if _is_agent(child)] + forked


def _is_agent(process: psutil.Process) -> bool:
    try:
        return "wswarm.drive.agent" in process.cmdline()
    except psutil.Error:  # it has ended meanwhile
        return False


def are_gone(processes: Sequence[psutil.Process]) -> bool:
    """Whether all have ended, after some patience."""
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE_S)
    return all(process.status() == psutil.STATUS_ZOMBIE for process in alive)


def cli(*arguments: str) -> list[str]:
    """The command that runs `wswarm` with these arguments."""
    return [sys.executable, "-m", "wswarm.cli.main", *arguments]


@contextmanager
def front_end(folder: Path, *arguments: str) -> Any:
    """A running `wswarm`, quiet and without plots, that reports into the folder; killed if it is still there."""
    command = cli(*arguments, "-o", str(folder), "--no-plots", "--quiet")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for_agents(pid: int, count: int) -> list[psutil.Process]:
    """The agents of the process, as soon as there are `count`."""
    wait_until(lambda: len(agents_of(pid)) >= count)
    return agents_of(pid)


def wait_until(is_so: Callable[[], object]) -> None:
    """Wait with some patience."""
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def stop_for(process: psutil.Process, seconds: float) -> tuple[int, int]:
    """Stop a process, let it go on; between which moments it stood still for certain, CLOCK_MONOTONIC ns."""
    process.send_signal(signal.SIGSTOP)
    wait_until(lambda: process.status() == psutil.STATUS_STOPPED)
    stopped_ns = time.monotonic_ns()
    time.sleep(seconds)
    continued_ns = time.monotonic_ns()
    process.send_signal(signal.SIGCONT)
    return stopped_ns, continued_ns
