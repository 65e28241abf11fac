"""What a container may use: the limits of the control groups that this process is in, versions 1 and 2.

Source: Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst of the Linux kernel.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

_ROOT, _OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
_UNLIMITED = 1 << 60  # version 1 writes "no limit" as the largest number of whole pages
_FOLDERS = {"memory": ("memory",), "cpu": ("cpu,cpuacct", "cpu"), "pids": ("pids",)}


class Bound(NamedTuple):
    """One limit: how much is allowed, how much of it is in use, and the file that says so."""

    most: float
    used: float
    file: str


class Bounds(NamedTuple):
    """The tightest limits, `None` where there is none: bytes, cores, processes and threads."""

    memory: Bound | None
    cpus: Bound | None
    pids: Bound | None


def bounds(root: Path = _ROOT, own: Path = _OWN) -> Bounds:
    """Return the limits of the groups that this process is in, and of those around them.

    Args:
        root: Where the kernel shows the groups.
        own: The file that names those of this process.
    """
    return Bounds(
        memory=_tightest(_groups(root, own, "memory"), _memory),
        cpus=_tightest(_groups(root, own, "cpu"), _cpus),
        pids=_tightest(_groups(root, own, "pids"), _pids),
    )


def _groups(root: Path, own: Path, controller: str) -> Iterator[Path]:
    """Yield the folders of this process's group and of all around it."""
    try:
        lines = [line.split(":", 2) for line in own.read_text().splitlines() if line.count(":") >= 2]
    except OSError:
        return
    for _, controllers, path in lines:
        if controllers == "":
            tops = [root, root / "unified"]
        elif controller in controllers.split(","):
            tops = [root / name for name in (*_FOLDERS[controller], controllers)]
        else:
            continue
        for top in tops:
            inside = top / path.lstrip("/")
            yield from (folder for folder in (inside, *inside.parents) if folder.is_relative_to(top))


def _tightest(groups: Iterator[Path], read: Callable[[Path], Bound | None]) -> Bound | None:
    found = [bound for folder in groups if (bound := read(folder)) is not None and bound.most < _UNLIMITED]
    return min(found, key=lambda bound: bound.most - bound.used, default=None)


def _memory(folder: Path) -> Bound | None:
    for most, used in (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")):
        limit = _number(folder / most)
        if limit is not None:
            return Bound(limit, _number(folder / used) or 0, most)
    return None


def _cpus(folder: Path) -> Bound | None:
    words = _words(folder / "cpu.max")
    if words and words[0] != "max":
        return Bound(int(words[0]) / int(words[1]), 0, "cpu.max")
    quota, period = _number(folder / "cpu.cfs_quota_us"), _number(folder / "cpu.cfs_period_us")
    return Bound(quota / period, 0, "cpu.cfs_quota_us") if quota and period and quota > 0 else None


def _pids(folder: Path) -> Bound | None:
    limit = _number(folder / "pids.max")
    return None if limit is None else Bound(limit, _number(folder / "pids.current") or 0, "pids.max")


def _number(file: Path) -> int | None:
    """Return the number in the file, `None` for none and for `max`."""
    words = _words(file)
    try:
        return int(words[0]) if words else None
    except ValueError:
        return None


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:
        return []
