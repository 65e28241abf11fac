"""Which addresses of this machine connections leave from: one has only so many ports towards a target."""

import socket
import sys
from contextlib import suppress

from wswarm.load.plan import Plan
from wswarm.load.url import host_of, socket_of

_NO_PORT = 24  # IP_BIND_ADDRESS_NO_PORT of Linux, which Python knows from 3.12 on
_MOST = 254


def sources_of(plan: Plan, ports: int) -> tuple[str, ...]:
    """Return the source addresses of a plan: those given, or 127.0.0.1, 127.0.0.2 … if it needs them; () for any.

    They are chosen for a target on 127.0.0.0/8, all of which is this machine's on Linux, so that at most half of the
    ports of each are taken: the kernel finds a free one in no time while the range is half empty, and looks at
    thousands when it is nearly full.

    Args:
        ports: That one address has towards one target.
    """
    is_anywhere = plan.follow or socket_of(plan.url) is not None
    if plan.bind or sys.platform != "linux" or is_anywhere:
        return plan.bind
    number = -(-plan.sockets // max(1, ports // 2))
    if number == 1 or not host_of(plan.url).startswith("127."):
        return ()
    return tuple(f"127.0.0.{one + 1}" for one in range(min(number, _MOST)))


def leave_from(connecting: socket.socket, source: str) -> None:
    """Have a socket leave from the address, with a port that is chosen when it is known where to.

    Chosen now it would be taken towards every target, and for every other source address too.

    Source: IP_BIND_ADDRESS_NO_PORT in ip(7).
    """
    if sys.platform == "linux":
        with suppress(OSError):  # a kernel before 4.2
            connecting.setsockopt(socket.IPPROTO_IP, _NO_PORT, 1)
    connecting.bind((source, 0))
