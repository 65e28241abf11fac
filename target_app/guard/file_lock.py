"""A lock that processes share, which the kernel takes from one that dies."""

import os
from pathlib import Path


class FileLock:
    """Held from ``with`` to its end by one process of all that have the file. Windows has none.

    Args:
        file: any that is there; nothing is written to it.
    """

    def __init__(self, file: Path) -> None:
        import fcntl

        self._descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC)
        self._flock, self._take, self._give_back = fcntl.flock, fcntl.LOCK_EX, fcntl.LOCK_UN

    def __enter__(self) -> None:
        self._flock(self._descriptor, self._take)

    def __exit__(self, *_: object) -> None:
        self._flock(self._descriptor, self._give_back)

    def close(self) -> None:
        """Forget the file; another process that waits for the lock gets it."""
        os.close(self._descriptor)
