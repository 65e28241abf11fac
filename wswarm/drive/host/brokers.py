"""Which processes of this machine a target leans on: the Redis, PostgreSQL or the like that it is connected to."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from wswarm.drive.host.lazy import psutil


def brokers(targets: Iterable[int]) -> list[int]:
    """Return the processes that the targets hold TCP connections to, where those listen; none if unknown.

    Args:
        targets: Processes with all their children.

    What another user's process listens on is not told: it is known by its title then, as Redis has its port in it.
    """
    own = _trees(targets)
    with suppress(psutil.Error, OSError):
        sockets = psutil.net_connections("tcp")
        listening = {one.laddr.port for one in sockets if one.status == psutil.CONN_LISTEN and one.laddr}
        owners = {tuple(one.laddr): one.pid for one in sockets if one.raddr}
        found: set[int] = set()
        for one in sockets:
            if one.pid not in own or not one.raddr or one.raddr.port not in listening:
                continue
            if tuple(one.raddr) in owners:  # the other end is on this machine
                owner = owners[tuple(one.raddr)]
                found |= _titled(one.raddr.port) if owner is None else {owner}
        return sorted(found - own)
    return []


def _trees(pids: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for pid in pids:
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            found |= {pid, *(child.pid for child in process.children(recursive=True))}
    return found


def _titled(port: int) -> set[int]:
    """Return the processes whose title ends with the port, as `redis-server 127.0.0.1:6379` does."""
    return {one.pid for one in psutil.process_iter() if _has_title(one, f":{port}")}


def _has_title(process: Any, ending: str) -> bool:
    try:
        words = process.cmdline()
    except psutil.Error:
        return False
    return any(word.split(" ")[-1].endswith(ending) and "://" not in word for word in words[:2])
