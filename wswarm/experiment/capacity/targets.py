"""What is loaded: a server of its own for each round, or one that is there already."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from wswarm.drive.drivers import address
from wswarm.drive.host.listeners import listeners
from wswarm.drive.host.server import Command, Server, free_ports
from wswarm.drive.host.target import ReferenceApp
from wswarm.errors import SwarmError
from wswarm.experiment.capacity.setting import Setting, address_at
from wswarm.experiment.filling import filling_of


class Place(NamedTuple):
    """Where a target is.

    Attributes:
        pid: Of a process that was started or named; `pids`: all that are known to be the target's.
    """

    url: str
    pid: int | None
    pids: tuple[int, ...]


@contextmanager
def target_of(setting: Setting, is_over: Callable[[], bool]) -> Iterator[Place]:
    """Yield where the target is, freshly started if it is ours to start.

    Args:
        is_over: Whether to wait for it no longer.

    Raises:
        TargetError: it does not start.
    """
    if setting.serve is not None:
        port = free_ports(1)[0]
        with Server(Command("--serve", setting.serve), port) as server:
            server.wait_until_it_listens(is_over=is_over)
            yield Place(address_at(setting, port), server.pid, (server.pid,))
    elif setting.url is None:
        with ReferenceApp() as app:
            yield Place(app.url, app.pid, (app.pid,))
    else:
        pid = setting.options.get("target_pid")
        yield Place(setting.url, pid, (pid,) if pid is not None else _listening(setting))


def _listening(setting: Setting) -> tuple[int, ...]:
    """Return the processes of this machine that listen where the address leads."""
    try:
        plan = setting.plan(setting.first, setting.trial_s)
        found = filling_of(plan).addresses(plan.url)
    except SwarmError:  # the first trial tells it
        return ()
    if not address.is_local(found):
        return ()
    return tuple(sorted({pid for _, port in found for pid in listeners(port)}))
