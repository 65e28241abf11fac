"""What TCP takes of the kernel's memory, everybody's sockets together: Linux."""

import os
from pathlib import Path
from typing import NamedTuple

_USED, _BOUNDS = Path("/proc/net/sockstat"), Path("/proc/sys/net/ipv4/tcp_mem")


class TcpMemory(NamedTuple):
    """Bytes: in use, and from when on the kernel squeezes the buffers of all sockets, ours too.

    Source: tcp(7), `tcp_mem`: below the first of its three numbers the kernel does not regulate.
    """

    used: int
    squeezed_from: int


def tcp_memory() -> TcpMemory | None:
    """Return how it stands, `None` where the kernel does not tell."""
    try:
        return read_tcp_memory(_USED.read_text(), _BOUNDS.read_text(), os.sysconf("SC_PAGE_SIZE"))
    except (OSError, ValueError, AttributeError):
        return None


def read_tcp_memory(sockstat: str, bounds: str, page: int) -> TcpMemory:
    """Return what is said in those files, whose numbers are pages.

    Raises:
        ValueError: it is not said there.
    """
    for line in sockstat.splitlines():
        name, *words = line.split()
        if name == "TCP:":
            said = dict(zip(words[::2], map(int, words[1::2]), strict=True))
            if "mem" in said:
                return TcpMemory(said["mem"] * page, int(bounds.split()[0]) * page)
    raise ValueError("no line that begins with TCP: tells mem")
