"""What this machine's kernel has counted since it started: connections that it threw away unheard."""

from pathlib import Path
from typing import NamedTuple

_NETSTAT = Path("/proc/net/netstat")
_GROUP = "TcpExt:"


class KernelCounters(NamedTuple):
    """Counts of the whole network namespace, since it began.

    Attributes:
        listen_overflows: Handshakes for which an accept queue had no room. `listen_drops`: all that a listener has
            thrown away, those among them.
        syn_drops: SYNs thrown away because a queue was full. `syn_cookies`: answered by a cookie instead.
    """

    listen_overflows: int
    listen_drops: int
    syn_drops: int
    syn_cookies: int

    def since(self, before: "KernelCounters") -> "KernelCounters":
        """Return what was counted since then."""
        return KernelCounters(*(now - then for now, then in zip(self, before, strict=True)))


_NAMES = ("ListenOverflows", "ListenDrops", "TCPReqQFullDrop", "TCPReqQFullDoCookies")


def read_kernel_counters(path: Path = _NETSTAT) -> KernelCounters | None:
    """Return what the kernel has counted; `None` where it does not tell."""
    try:
        lines = [line.split() for line in path.read_text().splitlines() if line.startswith(_GROUP)]
        names, values = lines
        found = dict(zip(names[1:], map(int, values[1:]), strict=True))
        return KernelCounters(*(found[name] for name in _NAMES))
    except (OSError, ValueError, KeyError):
        return None
