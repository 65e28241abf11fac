"""When the kernel received what a socket has: SO_TIMESTAMPING, which works for TCP on loopback, too.

Source: Documentation/networking/timestamping.rst of Linux; of several segments it is that of the last byte read.
"""

import socket
import struct
import sys
from contextlib import suppress

from wswarm.units import NS_PER_S

_SO_TIMESTAMPING = 37  # as is the ancillary message that it sends; Python names neither
_RX_SOFTWARE, _SOFTWARE = 1 << 3, 1 << 4
_TIMES = struct.Struct("@ll")  # the first of three, the software's
_READ_SIZE = 1 << 16
_ANCILLARY_SIZE = socket.CMSG_SPACE(3 * _TIMES.size) if hasattr(socket, "CMSG_SPACE") else 0


def has_stamps() -> bool:
    """Return whether this system's kernel takes receive times."""
    return sys.platform == "linux"


def ask_for_stamps(tcp: socket.socket) -> None:
    """Have the kernel take the times at which data comes."""
    with suppress(OSError):  # then there are none, which is seen
        tcp.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPING, _RX_SOFTWARE | _SOFTWARE)


def receive(tcp: socket.socket) -> tuple[bytes, int]:
    """Return what has come and when its last byte had, CLOCK_REALTIME ns; 0: the kernel does not say.

    Raises:
        BlockingIOError: there is nothing.
    """
    data, ancillary, _, _ = tcp.recvmsg(_READ_SIZE, _ANCILLARY_SIZE)
    for level, kind, value in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPING and len(value) >= _TIMES.size:
            seconds, rest_ns = _TIMES.unpack_from(value)
            return data, seconds * NS_PER_S + rest_ns
    return data, 0
