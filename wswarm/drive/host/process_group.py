"""A process that we started and all that it starts: ended together."""

import contextlib
import os
import signal
import time

from wswarm.drive.clock import now_ns
from wswarm.drive.host.descendants import descendants
from wswarm.drive.host.lazy import psutil
from wswarm.units import NS_PER_S

_POLL_S = 0.02


class ProcessGroup:
    """The group whose first process has this id, and what that had started when it was last looked at.

    What it has started may lead a group of its own, as the workers of our supervisor do; Windows has no groups.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._children: list[psutil.Process] = []

    def note_children(self) -> None:
        """Remember whom the first process has started, as long as it lives: nobody can tell afterwards."""
        with contextlib.suppress(psutil.Error):
            found = descendants(psutil.Process(self._pid))
            self._children += [child for child in found if child not in self._children]

    def kill(self) -> None:
        """End what is left of it."""
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, signal.SIGKILL)
        for child in self._children:
            with contextlib.suppress(psutil.Error):
                child.kill()

    def wait(self, timeout_s: float) -> None:
        """Wait for the deaths of its processes, which are not ours to be told of."""
        deadline_ns = now_ns() + round(timeout_s * NS_PER_S)
        while self._runs() and now_ns() < deadline_ns:
            time.sleep(_POLL_S)

    def _runs(self) -> bool:
        """Return whether a process of it runs; a zombie, which nobody has asked for its end, does not."""
        if any(map(_lives, self._children)):
            return True
        if not hasattr(os, "killpg"):
            return False
        try:
            os.killpg(self._pid, 0)
        except (ProcessLookupError, PermissionError):  # macOS refuses when only zombies are left
            return False
        return any(_is_of(process, self._pid) for process in psutil.process_iter())


def _is_of(process: "psutil.Process", group: int) -> bool:
    try:
        return os.getpgid(process.pid) == group and _lives(process)
    except OSError:
        return False


def _lives(process: "psutil.Process") -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
