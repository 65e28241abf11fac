"""Timers finer than the event loop's: those of asyncio and uvloop tick in whole milliseconds, rounded down.

A timerfd wakes the loop within some 30 µs.
"""

import asyncio
import ctypes
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from wswarm.drive.clock import has_kernel_timer, now_ns
from wswarm.drive.host.libc import libc
from wswarm.units import NS_PER_S

_CLOCK_MONOTONIC = 1
_TFD_TIMER_ABSTIME = 1
_NS_PER_MS, _MS_PER_S = 1_000_000, 1000


def seconds_to(at_ns: int) -> float:
    """Return a delay, s, after which an event loop's own timer is not early; it is up to 2 ms late."""
    left_ns = at_ns - now_ns()
    return (-(-left_ns // _NS_PER_MS) + 1) / _MS_PER_S if left_ns > 0 else 0.0


class Timer(Protocol):
    """Calls back at or after a moment; arming it again replaces the moment."""

    def arm(self, at_ns: int) -> None:
        """Call back once at `at_ns`."""

    def close(self) -> None:
        """Never call back again."""


class _Timespec(ctypes.Structure):
    _fields_ = (("tv_sec", ctypes.c_long), ("tv_nsec", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("it_interval", _Timespec), ("it_value", _Timespec))


class KernelTimer:
    """A timerfd in the loop: Linux. Source: timerfd_create(2); `os` has it only from Python 3.13 on."""

    __slots__ = ("_at_ns", "_callback", "_fd", "_loop", "_pointer", "_set", "_spec")

    def __init__(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
        library = libc()
        assert library is not None, "asked for before"
        self._fd: int = library.timerfd_create(_CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._set = library.timerfd_settime
        self._spec = _Itimerspec()
        self._pointer = ctypes.byref(self._spec)
        self._loop, self._callback = loop, callback
        self._at_ns = 0
        loop.add_reader(self._fd, self._expired)

    def arm(self, at_ns: int) -> None:
        """Call back once at `at_ns`, at once if that is past."""
        self._at_ns = at_ns = max(at_ns, 1)  # a value of 0 would disarm
        value = self._spec.it_value
        value.tv_sec, value.tv_nsec = divmod(at_ns, NS_PER_S)
        self._set(self._fd, _TFD_TIMER_ABSTIME, self._pointer, None)

    def close(self) -> None:
        """Never call back again."""
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1

    def _expired(self) -> None:
        if now_ns() < self._at_ns:
            return  # armed anew between the wake-up and this call
        if self._at_ns:
            self._at_ns = 0
            self._callback()
        if not self._at_ns and self._fd >= 0:  # arming anew would have made it forget that it has expired
            with suppress(BlockingIOError):
                os.read(self._fd, 8)


class LoopTimer:
    """The loop's own timer, good to some 1 ms: everywhere else."""

    __slots__ = ("_callback", "_handle", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
        self._loop, self._callback = loop, callback
        self._handle: asyncio.TimerHandle | None = None

    def arm(self, at_ns: int) -> None:
        """Call back once at `at_ns`."""
        self.close()
        delay = max(0, at_ns - now_ns()) / NS_PER_S
        self._handle = self._loop.call_later(delay, self._expired, at_ns)

    def close(self) -> None:
        """Never call back again."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _expired(self, at_ns: int) -> None:
        if now_ns() < at_ns:  # the loop rounds down
            self.arm(at_ns)
            return
        self._handle = None
        self._callback()


def make_timer(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> Timer:
    """Return the finest timer that this system has."""
    return KernelTimer(loop, callback) if has_kernel_timer() else LoopTimer(loop, callback)
