"""Which cores a server and its generator run on: not the same ones, where there are enough."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import NamedTuple


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


@contextmanager
def kept_to(cores: Collection[int]) -> Iterator[None]:
    """Keep this process, and those that it starts meanwhile, to the cores; none: to those it has."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
