"""Agents' processes that were loaded together, as their front end holds them."""

import os
import selectors
import signal
import subprocess
from contextlib import suppress

_BEGIN_S = 5.0


class Loader:
    """The process that has loaded and begun them; see `wswarm.drive.fleet.loader`.

    Args:
        process: Itself. `told`: a descriptor of what it tells. `count`: of how many agents.

    Attributes:
        pids: The process of each agent, by its place, as far as it has begun. `codes`: how each has ended.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", told: int, count: int) -> None:
        self.process = process
        self.pids: dict[int, int] = {}
        self.codes: dict[int, int] = {}
        self._told, self._count, self._unread = told, count, b""

    def hear(self, timeout: float | None) -> bool:
        """Take in what it tells within `timeout` s, `None`: whenever that is; return whether it did."""
        if len(self.codes) == self._count:
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(self._told, selectors.EVENT_READ)
            if not selector.select(timeout):
                return False
        more = os.read(self._told, 1 << 12)
        *lines, self._unread = (self._unread + more).split(b"\n")
        for line in lines:
            place, what, number = line.split()
            (self.pids if what == b"began" else self.codes)[int(place)] = int(number)
        if not more or len(self.codes) == self._count:
            self._end()
        return True

    def _end(self) -> None:
        """Take in that it has ended: of agents that it has not told of nobody will hear how they end."""
        os.close(self._told)
        code = self.process.wait()
        for place in range(self._count):
            self.codes.setdefault(place, -signal.SIGKILL if place in self.pids else code or 1)


class LoadedProcess:
    """One of them; what is not said here is as with `subprocess.Popen`."""

    def __init__(self, loader: Loader, place: int) -> None:
        self._loader, self._place = loader, place

    @property
    def pid(self) -> int:
        """Which it is, once it has begun; if it can't, the process that was to begin it."""
        while self._place not in self._loader.pids and self._loader.hear(None):
            pass
        return self._loader.pids.get(self._place, self._loader.process.pid)

    def poll(self) -> int | None:
        """Return how it has ended, `None` if it has not."""
        while self._loader.hear(0.0):
            pass
        return self._loader.codes.get(self._place)

    def wait(self, timeout: float | None = None) -> int:
        """Return how it has ended; raises after so long without a word of any of them."""
        while self._place not in self._loader.codes:
            if not self._loader.hear(timeout):
                raise subprocess.TimeoutExpired("agent", timeout or 0.0)
        return self._loader.codes[self._place]

    def kill(self) -> None:
        """End it as soon as it has begun; if none of them begins for long, all."""
        loader = self._loader
        while self._place not in loader.pids and loader.hear(_BEGIN_S):
            pass
        if self.poll() is not None:
            return
        if self._place in loader.pids:
            with suppress(ProcessLookupError):
                os.kill(loader.pids[self._place], signal.SIGKILL)
        else:
            loader.process.kill()
