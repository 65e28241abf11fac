"""The CPU time of a generator with all its processes, while it works on a server of known behaviour."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from wswarm.report import store

_SETTLING_S = 1.0
_PATIENCE_S = 30.0
MEASURED = (0, 98)  # 98: on a busy machine its times are not valid; its CPU time is


def cpu_s_per_message(
    arguments: Sequence[str], report: str, server_pid: int, connections: int, seconds: float
) -> float:
    """Return the CPU seconds per message of `python -m ARGUMENTS`: the agents' over the hold, and the front end's.

    Args:
        report: Option that names the folder for reports.
        connections: As many as the generator opens to the server; the hold follows the last.
        seconds: So long the front end is watched, within the hold.
    """
    server = psutil.Process(server_pid)
    before = server.num_fds()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", *arguments, report, str(Path(folder) / "report")]
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as generator:
            deadline = time.monotonic() + _PATIENCE_S
            while server.num_fds() < before + connections and time.monotonic() < deadline:
                time.sleep(0.1)
            time.sleep(_SETTLING_S)
            front_end_cpu_s_per_s = _cpu_s_per_s(generator.pid, seconds)
            _, errors = generator.communicate()
        assert generator.returncode in MEASURED, errors
        paths = {path.resolve() for path in Path(folder).glob("**/run.json")}
        assert len(paths) == 1, errors
        (path,) = paths
        (run,) = store.load(path)
    assert run.messages is not None
    assert run.rates is not None
    assert run.messages.owed == run.messages.received > 0
    assert run.generator.cpu_s_per_message is not None
    return run.generator.cpu_s_per_message + front_end_cpu_s_per_s / run.rates.received


def _cpu_s_per_s(pid: int, seconds: float) -> float:
    """Return the CPU seconds that one process takes per s."""
    process = psutil.Process(pid)
    began, before = time.monotonic(), process.cpu_times()
    time.sleep(seconds)
    elapsed, after = time.monotonic() - began, process.cpu_times()
    return (after.user + after.system - before.user - before.system) / elapsed
