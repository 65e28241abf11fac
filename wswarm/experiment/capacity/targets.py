"""What is loaded: a server of its own for each round, or one that is there already."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from wswarm.drive.drivers import address
from wswarm.drive.host.listeners import listeners
from wswarm.drive.host.ports import free_ports
from wswarm.drive.host.server import Command, Server
from wswarm.drive.host.target import ReferenceApp
from wswarm.errors import SwarmError, TargetFailed
from wswarm.experiment.capacity.served import address_at
from wswarm.experiment.capacity.setting import Setting
from wswarm.experiment.filling import filling_of
from wswarm.load.plan import Plan


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
    if setting.is_fresh:
        with fresh(setting.url, setting.serve, is_over=is_over) as place:
            yield place
    else:
        assert setting.url is not None
        plan = setting.plan(setting.first, setting.trial_s)
        yield there(setting.url, plan, setting.options.get("target_pid"))


@contextmanager
def fresh(
    url: str | None, serve: str | None, workers: int = 1, is_over: Callable[[], bool] | None = None
) -> Iterator[Place]:
    """Yield where a server is that has just been started.

    Args:
        url: Its address with `{port}`; of the reference application `None`.
        serve: Command that serves it, with `{port}` and perhaps `{workers}`; `None`: the reference application.
        is_over: Whether to wait for it no longer.

    Raises:
        TargetError: it does not start.
    """
    if serve is None:
        with ReferenceApp(workers=workers) as app:
            yield Place(app.url, app.pid, (app.pid,))
        return
    port = free_ports(1)[0]
    with Server(Command("--serve", serve.replace("{workers}", str(workers))), port) as server:
        server.wait_until_it_listens(is_over=is_over)
        try:
            yield Place(address_at(url, port), server.pid, (server.pid,))
        except TargetFailed as error:
            raise TargetFailed(f"{error}{server.farewell()}") from None


def there(url: str, plan: Plan, pid: int | None) -> Place:
    """Return where a target is that is there already.

    Args:
        plan: Leads to that address.
        pid: Of its process, if it is named; else it is who listens there.
    """
    return Place(url, pid, (pid,) if pid is not None else _listening(plan))


def _listening(plan: Plan) -> tuple[int, ...]:
    """Return the processes of this machine that listen where the plan leads."""
    try:
        found = filling_of(plan).addresses(plan.url)
    except SwarmError:  # the first trial tells it
        return ()
    if not address.is_local(found):
        return ()
    return tuple(sorted({pid for _, port in found for pid in listeners(port)}))
