"""Which cores a server and its generator run on: not the same ones, where there are enough."""

import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from wswarm.drive.host.descendants import descendants
from wswarm.drive.host.lazy import psutil


class Pinning(NamedTuple):
    """Cores by number; none: not pinned."""

    servers: tuple[int, ...] = ()
    generator: tuple[int, ...] = ()


def share_out() -> Pinning:
    """Return half of the cores for the servers, the others for the generator; nothing where there is only one."""
    if not hasattr(os, "sched_getaffinity"):
        return Pinning()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        return Pinning()
    half = len(cores) // 2
    return Pinning(tuple(cores[:half]), tuple(cores[half:]))


def keep(pid: int, cores: Collection[int]) -> None:
    """Keep a process, its children and all their threads to the cores; none: where they are.

    Done once it has started: starting is quicker on all cores.
    """
    if not cores:
        return
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in (process, *descendants(process)):
            for thread in _threads(one.pid):
                with suppress(OSError):
                    os.sched_setaffinity(thread, cores)


def _threads(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(path.name) for path in Path(f"/proc/{pid}/task").iterdir()]
    return []
