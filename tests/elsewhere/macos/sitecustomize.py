"""What Python lacks on macOS, taken away from this process and its children, and limits as they are there."""

import ctypes
import os
import resource
import socket
import time
from pathlib import Path
from typing import Any

for module, names in (
    (socket, ("SOCK_NONBLOCK", "TCP_QUICKACK")),
    (os, ("sched_getaffinity", "sched_setaffinity", "timerfd_create", "pidfd_open", "eventfd")),
    (time, ("clock_gettime_ns",)),
):
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
        if name in getattr(module, "__all__", ()):
            module.__all__.remove(name)

_OPEN_MAX = 10_240
_getrlimit, _setrlimit = resource.getrlimit, resource.setrlimit
_HARD = _getrlimit(resource.RLIMIT_NOFILE)[1]


def _limits(which: int) -> tuple[int, int]:
    soft, hard = _getrlimit(which)
    return (soft, resource.RLIM_INFINITY) if which == resource.RLIMIT_NOFILE else (soft, hard)


def _limit(which: int, limits: tuple[int, int]) -> None:
    if which != resource.RLIMIT_NOFILE:
        _setrlimit(which, limits)
    elif limits[0] == resource.RLIM_INFINITY or limits[0] > _OPEN_MAX:
        raise ValueError("current limit exceeds maximum limit")
    else:
        _setrlimit(which, (limits[0], _HARD))


_setrlimit(resource.RLIMIT_NOFILE, (256, _HARD))
resource.getrlimit, resource.setrlimit = _limits, _limit


class _NoLibrary(ctypes.CDLL):
    """A C library without what only Linux's has."""

    def __getattr__(self, name: str) -> Any:
        if name in ("timerfd_create", "timerfd_settime", "prctl"):
            raise AttributeError(name)
        return super().__getattr__(name)


ctypes.CDLL = _NoLibrary  # type: ignore[misc]

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
