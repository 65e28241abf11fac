"""Processes whose CPU time is looked at."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from wswarm.drive.host import spending

BUSY = "print(flush=True)\nwhile True: pass"
IDLE = "import time\nprint(flush=True)\ntime.sleep(600)"


@contextmanager
def process(code: str) -> Iterator[int]:
    """A process that runs the code."""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as started:
        assert started.stdout is not None
        started.stdout.readline()
        try:
            yield started.pid
        finally:
            started.kill()


def spent_by(pid: int) -> int:
    """The CPU time of a process, ns."""
    seen = spending.spent(pid)
    assert seen is not None
    return seen.by_process[pid]
