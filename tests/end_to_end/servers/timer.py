"""Calls at exact instants: the loop's own timers tick in whole milliseconds."""

import asyncio
import ctypes
import heapq
import itertools
import os
from collections.abc import Callable
from contextlib import suppress
from time import monotonic_ns
from typing import Any

CLOCK_MONOTONIC = 1
TFD_TIMER_ABSTIME = 1
SECOND_NS = 1_000_000_000


class _Timespec(ctypes.Structure):
    _fields_ = (("tv_sec", ctypes.c_long), ("tv_nsec", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("it_interval", _Timespec), ("it_value", _Timespec))


class Timer:
    """Calls functions at absolute instants of ``CLOCK_MONOTONIC``: never early, some 50 µs late when idle.

    Calls due at the same instant come in the order in which they were asked for. Needs a running loop;
    Linux only (timerfd(2)).
    """

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd: int = self._libc.timerfd_create(CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create failed")
        self._due: list[tuple[int, int, Callable[..., object], tuple[Any, ...]]] = []
        self._order = itertools.count()
        asyncio.get_running_loop().add_reader(self._fd, self._release)

    def call_at(self, due_ns: int, function: Callable[..., object], *arguments: Any) -> None:
        """Call ``function(*arguments)`` as soon as the clock has reached ``due_ns``."""
        heapq.heappush(self._due, (due_ns, next(self._order), function, arguments))
        if self._due[0][0] == due_ns:
            self._arm(due_ns)

    def _release(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._fd, 8)
        while self._due and self._due[0][0] <= monotonic_ns():
            _, _, function, arguments = heapq.heappop(self._due)
            function(*arguments)
        if self._due:
            self._arm(self._due[0][0])

    def _arm(self, due_ns: int) -> None:
        value = _Itimerspec(_Timespec(0, 0), _Timespec(*divmod(due_ns, SECOND_NS)))
        self._libc.timerfd_settime(self._fd, TFD_TIMER_ABSTIME, ctypes.byref(value), None)
