"""The one clock.

All times are CLOCK_MONOTONIC nanoseconds: the same for every process of this machine.
"""

import sys
import time

from wswarm.drive.host.libc import libc

now_ns = time.monotonic_ns
realtime_ns = time.time_ns  # of the kernel's receive times alone
cpu_ns = time.process_time_ns  # of this process

_TRIES = 5


def ahead_of_realtime_ns() -> int:
    """Return by how much `now_ns` is ahead of `realtime_ns`, as well as some tries can tell."""
    tries = [(now_ns(), realtime_ns(), now_ns()) for _ in range(_TRIES)]
    before, at, after = min(tries, key=lambda one: one[2] - one[0])
    return (before + after) // 2 - at


def has_kernel_timer() -> bool:
    """Return whether this system has timers finer than the event loop's 1 ms."""
    return sys.platform == "linux" and hasattr(libc(), "timerfd_create")
