"""The CPU time of a generator with all its processes, while it works on a server of known behaviour."""

import subprocess
import sys
import time
from collections.abc import Sequence

import psutil

_SETTLING_S = 1.5  # the hold begins so long after the last connection, at the latest
_PATIENCE_S = 30.0


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process and all its living descendants so far."""
    root = psutil.Process(pid)
    times = [process.cpu_times() for process in (root, *root.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def cpu_s_per_second(arguments: Sequence[str], server_pid: int, connections: int, seconds: float) -> float:
    """Return the CPU seconds per s of ``python -m ARGUMENTS`` over `seconds` of its hold, front end included.

    Args:
        connections: As many as the generator opens to the server; the hold follows the last.
    """
    server = psutil.Process(server_pid)
    before = server.num_fds()
    with subprocess.Popen(
        [sys.executable, "-m", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as generator:
        deadline = time.monotonic() + _PATIENCE_S
        while server.num_fds() < before + connections and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(_SETTLING_S)
        began, began_cpu_s = time.monotonic(), cpu_s(generator.pid)
        time.sleep(seconds)
        spent, elapsed = cpu_s(generator.pid) - began_cpu_s, time.monotonic() - began
        _, errors = generator.communicate()
    assert generator.returncode == 0, errors
    return spent / elapsed
