"""Which processes of this machine listen on a port: the target of an address of the loopback, if that may be seen."""

from contextlib import suppress

from wswarm.drive.host.lazy import psutil


def listeners(port: int) -> list[int]:
    """Return the processes that listen on the TCP port, without those whose parent does too; none if unknown."""
    with suppress(psutil.Error, OSError):
        found = psutil.net_connections("tcp")
        pids = {
            one.pid
            for one in found
            if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port and one.pid
        }
        return sorted(pid for pid in pids if not _parents(pid) & pids)
    return []


def _parents(pid: int) -> set[int]:
    try:
        return {one.pid for one in psutil.Process(pid).parents()}
    except psutil.Error:
        return set()
