"""Which processes of this machine the target's are connected to: its broker, if that may be seen."""

from collections.abc import Iterable
from contextlib import suppress

from wswarm.drive.host.lazy import psutil
from wswarm.drive.host.listeners import listeners


def brokers(pids: Iterable[int]) -> list[int]:
    """Return the processes that listen where the processes, or what they started, have connected to; none if unknown.

    Asked while nobody is connected to the target itself: what is seen then is its own doing.
    """
    tree = _tree(pids)
    ports = {port for pid in tree for port in _ports_called(pid)}
    return sorted({pid for port in ports for pid in listeners(port)} - tree)


def name_of(pids: Iterable[int]) -> str | None:
    """Return the name of the first of the processes that has one to be seen."""
    for pid in pids:
        with suppress(psutil.Error):
            return psutil.Process(pid).name()
    return None


def _tree(pids: Iterable[int]) -> set[int]:
    found = set(pids)
    for pid in tuple(found):
        with suppress(psutil.Error):
            found |= {child.pid for child in psutil.Process(pid).children(recursive=True)}
    return found


def _ports_called(pid: int) -> set[int]:
    """Return the ports to which the process has connected, without those on which it listens itself."""
    with suppress(psutil.Error, OSError):
        seen = psutil.Process(pid).net_connections("tcp")
        own = {one.laddr.port for one in seen if one.laddr}
        return {
            one.raddr.port
            for one in seen
            if one.status == psutil.CONN_ESTABLISHED and one.raddr and one.raddr.port not in own
        }
    return set()
