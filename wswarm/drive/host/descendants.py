"""The children of a process, theirs, and so on."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from wswarm.drive.host.lazy import psutil


def descendants(process: "psutil.Process") -> "list[psutil.Process]":
    """Return those that are there now.

    psutil asks every process of the machine for its parent. Linux since 3.5 tells a process's children; where it
    does not, or one ends meanwhile, which may hide others, psutil is asked.
    Source: proc(5), /proc/pid/task/tid/children.

    Raises:
        psutil.Error: the process has ended.
    """
    if process.is_running():
        with suppress(OSError, psutil.Error):
            return [psutil.Process(pid) for pid in dict.fromkeys(_below(process.pid))]
    found: list[psutil.Process] = process.children(recursive=True)
    return found


def _below(pid: int) -> Iterator[int]:
    for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - many paths a second are many objects
        for child in map(int, Path(f"/proc/{pid}/task/{thread}/children").read_text().split()):
            yield child
            yield from _below(child)
