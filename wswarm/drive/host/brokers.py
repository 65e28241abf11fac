"""Which processes of this machine the target's are connected to: its broker, if that may be seen."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from wswarm.drive.drivers.address import is_local
from wswarm.drive.host.descendants import descendants
from wswarm.drive.host.lazy import psutil
from wswarm.drive.host.listeners import listeners


def brokers(pids: Iterable[int]) -> list[int]:
    """Return the processes that listen where the processes, or what they started, have connected to; none if unknown.

    A broker elsewhere is none of them, whatever listens here on its port; nor is who has connected to the target.
    """
    tree = _tree(pids)
    seen = [one for pid in tree for one in _connections(pid)]
    own = {one.laddr.port for one in seen if one.status == psutil.CONN_LISTEN}
    called = {
        (one.raddr.ip, one.raddr.port)
        for one in seen
        if one.status == psutil.CONN_ESTABLISHED and one.raddr and not {one.laddr.port, one.raddr.port} & own
    }
    ports = {port for host, port in called if is_local([(host, port)])}
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
            found |= {child.pid for child in descendants(psutil.Process(pid))}
    return found


def _connections(pid: int) -> list[Any]:
    with suppress(psutil.Error, OSError):
        return list(psutil.Process(pid).net_connections("tcp"))
    return []
