"""Ports of this machine: those that the system gives away by itself, and others that a server may be told to take."""

import contextlib
import socket
import sys
from pathlib import Path
from random import SystemRandom

from wswarm.reference import HOST

_DEFAULT, _DYNAMIC = range(32_768, 61_000), range(49_152, 65_536)  # of Linux, and of RFC 6335
_FIRST = 10_000  # below are those that services are known by
_TRIES = 20  # ports looked at for each that is wanted


def given_away() -> range:
    """Return the ports of which the system takes one for each connection that leaves, and for who asks for any."""
    try:
        low, high = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    except (OSError, ValueError):
        return _DEFAULT if sys.platform == "linux" else _DYNAMIC
    return range(low, high + 1)


def free_ports(count: int) -> list[int]:
    """Return so many different ports that nobody listens on.

    They are none that the system gives away, as long as there are others: such a one may be a connection's by the
    time that a server is told to listen there.
    """
    with contextlib.ExitStack() as stack:
        found: list[int] = []
        for port in (*_others(_TRIES * count), *(0,) * count):
            if len(found) == count:
                break
            probe = stack.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                probe.bind((HOST, port))
                found.append(int(probe.getsockname()[1]))
        return found


def _others(most: int) -> list[int]:
    """Return some of the ports that the system does not give away, at random: processes beside this one ask, too."""
    taken = given_away()
    others = [*range(_FIRST, taken.start), *range(taken.stop, 1 << 16)]
    return SystemRandom().sample(others, min(most, len(others)))
