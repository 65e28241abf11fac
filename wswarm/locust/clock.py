"""How far apart two machines' clocks are, and how sure that is."""

import socket
from pathlib import Path
from typing import NamedTuple

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_TIME_NAMESPACE = Path("/proc/self/ns/time")


class Offset(NamedTuple):
    """A clock against ours: `ahead_ns` is its reading less ours, give or take `error_ns`."""

    ahead_ns: int
    error_ns: int


SAME = Offset(0, 0)


def clock_name() -> str:
    """Return what names this process's CLOCK_MONOTONIC: equal in all that share it, and in no other.

    That is the machine's boot, and the time namespace where there are any. Source: time_namespaces(7).
    """
    try:
        boot = _BOOT.read_text().strip()
    except OSError:
        return f"host {socket.gethostname()}"
    try:
        namespace = str(_TIME_NAMESPACE.readlink())
    except OSError:
        namespace = ""
    return f"{boot} {namespace}".strip()


def offset_of(sent_ns: int, clock_ns: int, received_ns: int) -> Offset:
    """Return what one question and its answer say.

    Args:
        sent_ns: Our clock when the question went out. `received_ns`: when the answer came in.
        clock_ns: What the other clock said in between.

    Source: the other reading was made somewhere between, so the error is at most half the round trip (Cristian,
    Probabilistic clock synchronization, 1989).
    """
    return Offset(clock_ns - (sent_ns + received_ns) // 2, (received_ns - sent_ns + 1) // 2)


def better(one: Offset | None, other: Offset) -> Offset:
    """Return the surer of two."""
    return other if one is None or other.error_ns < one.error_ns else one


def bound(begin: Offset, end: Offset) -> int:
    """Return the most by which times were wrong that were all shifted by `begin`, if the clocks drifted steadily."""
    return begin.error_ns + abs(end.ahead_ns - begin.ahead_ns) + end.error_ns
