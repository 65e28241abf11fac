"""What Python lacks on Windows, taken away from this process and its children, as far as Python itself bears it."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

with suppress(ImportError):  # its build for Linux asks for `resource`, so it comes first
    import psutil as psutil

# Others go too on Windows (`termios`, `pwd`, `os.uname`, `os.getuid`), but the builds of numpy, gevent and
# Locust for Linux that the tests run with do not bear it.
for absent in ("resource", "fcntl", "grp", "uvloop"):
    sys.modules[absent] = None  # type: ignore[assignment]

for module, names in (
    (socket, ("SOCK_NONBLOCK", "TCP_QUICKACK", "SO_REUSEPORT")),
    (
        os,
        ("sched_getaffinity", "sched_setaffinity", "timerfd_create", "pread", "killpg", "getpgid", "setsid"),
    ),
    (os, ("fork", "getloadavg", "pidfd_open", "eventfd", "O_NONBLOCK", "O_CLOEXEC")),
    (signal, ("SIGHUP", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGSTOP", "SIGCONT")),
    (time, ("clock_gettime_ns",)),
):
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
        if name in getattr(module, "__all__", ()):
            module.__all__.remove(name)


class _NoLibrary(ctypes.CDLL):
    """Loads libraries that have a name, which the process itself has not."""

    def __init__(self, name: Any, *arguments: Any, **options: Any) -> None:
        if name is None:
            raise TypeError("bad argument type for built-in operation")
        super().__init__(name, *arguments, **options)


ctypes.CDLL = _NoLibrary  # type: ignore[misc]

_start = subprocess.Popen.__init__


def _started(self: Any, *arguments: Any, **options: Any) -> None:
    if options.get("preexec_fn") is not None:
        raise ValueError("preexec_fn is not supported on Windows platforms")
    assert not options.get("pass_fds"), "pass_fds not supported on Windows."
    _start(self, *arguments, **options)


subprocess.Popen.__init__ = _started  # type: ignore[method-assign]
subprocess.Popen.kill = subprocess.Popen.terminate  # type: ignore[method-assign] # as Windows has it

_read_text, _iterdir = Path.read_text, Path.iterdir


def _text(self: Path, *arguments: Any, **options: Any) -> str:
    if str(self).startswith("/proc"):
        raise FileNotFoundError(2, "No such file or directory", str(self))
    return _read_text(self, *arguments, **options)


def _entries(self: Path) -> Any:
    if str(self).startswith("/proc"):
        raise FileNotFoundError(2, "No such file or directory", str(self))
    return _iterdir(self)


Path.read_text, Path.iterdir = _text, _entries  # type: ignore[method-assign, assignment]
