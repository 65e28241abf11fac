"""Runs whose generator has a known fault: what the verdict has to find."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import msgspec
import psutil

from benchmarks.faulty_agent import FAULT
from wswarm.drive.fleet.started import Started, start_agent
from wswarm.experiment.begun import start_for, without_probe
from wswarm.experiment.measure import measure
from wswarm.load.plan import Plan
from wswarm.results.progress import Progress
from wswarm.results.run import Run

FAULTS = ("none", "stopped", "killed", "starved", "tick", "late")

LATE_S = 0.005

_FAULTY = {"tick": "tick 0.01", "late": f"late {LATE_S}"}
_INTO_HOLD_S, _STOP_S = 0.5, 2.0
_SPIN = "import time\nend = time.monotonic() + 60\nwhile time.monotonic() < end: pass"
_SPINNERS = 4


def with_fault(plan: Plan, fault: str) -> Run:
    """Return what a run says of itself whose holding agents have the fault, one of `FAULTS`.

    Of two agents one is killed: without any there is no run.
    """
    if fault == "killed":
        plan = msgspec.structs.replace(plan, processes=2)
    agents = _started(plan, fault)
    pids = [one.process.pid for one in without_probe(agents)[0]][: plan.processes or 1]
    with _acting(fault, pids) as watch:
        return measure(plan, watch, started=agents)


def _started(plan: Plan, fault: str) -> list[Started]:
    """Return the plan's agents and its probe; those that hold connections are faulty ones if the fault is theirs."""
    started = start_for(plan)
    if fault not in _FAULTY:
        return started
    os.environ[FAULT] = _FAULTY[fault]
    for place in range(plan.processes or 1):
        started[place].discard()
        started[place] = start_agent(started[place].name, "benchmarks.faulty_agent")
    del os.environ[FAULT]
    return started


@contextmanager
def _acting(fault: str, pids: list[int]) -> Iterator[Callable[[Progress], None]]:
    """Yield a watcher of progress that does to the agents what the fault is, once, in the hold."""
    actions = {"stopped": _stop, "killed": _kill}
    timers: list[threading.Timer] = []

    def watch(progress: Progress) -> None:
        if progress.phase == "hold" and fault in actions and not timers:
            timers.append(threading.Timer(_INTO_HOLD_S, actions[fault], [pids]))
            timers[0].start()

    if fault != "starved":
        yield watch
    else:
        with _starving(pids):
            yield watch
    for timer in timers:
        timer.join()


def _stop(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(_STOP_S)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def _kill(pids: list[int]) -> None:
    for pid in pids[:1]:
        os.kill(pid, signal.SIGKILL)


@contextmanager
def _starving(pids: list[int]) -> Iterator[None]:
    """Have busy processes share one core with the agents while the block runs."""
    spinners = [subprocess.Popen([sys.executable, "-c", _SPIN]) for _ in range(_SPINNERS)]
    core = sorted(psutil.Process().cpu_affinity())[-1]
    try:
        for pid in (*pids, *(one.pid for one in spinners)):
            psutil.Process(pid).cpu_affinity([core])
        yield
    finally:
        for one in spinners:
            with suppress(ProcessLookupError):
                one.kill()
            one.wait()
