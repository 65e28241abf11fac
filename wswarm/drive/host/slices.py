"""How soon a process that wakes up gets the core that another one is using."""

import ctypes
import os
import platform
import sys

from wswarm.drive.host.libc import libc

_SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}  # no C library has a function of it before glibc 2.41
_SLICE_NS = 1_000_000


class _Attributes(ctypes.Structure):
    """``struct sched_attr`` of sched_setattr(2)."""

    _fields_ = [
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime", ctypes.c_uint64),
        ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    ]


def ask_for_short_slices() -> bool:
    """Ask the kernel to run this process in slices of 1 ms; return whether it took that.

    A process that reads short bursts then gets its core before one with longer slices that is using it; its share of
    the core stays the same, and so does its niceness. Linux does so from 6.12 on (``sched_runtime`` of
    ``SCHED_OTHER``), earlier ones take it and do nothing. Who chose another policy (``chrt``) is left alone.
    """
    call, library = _SCHED_SETATTR.get(platform.machine()), libc()
    if sys.platform != "linux" or call is None or library is None:
        return False
    if os.sched_getscheduler(0) != os.SCHED_OTHER:
        return False
    wanted = _Attributes(
        size=ctypes.sizeof(_Attributes), nice=os.getpriority(os.PRIO_PROCESS, 0), runtime=_SLICE_NS
    )
    return bool(library.syscall(ctypes.c_long(call), 0, ctypes.byref(wanted), 0) == 0)
