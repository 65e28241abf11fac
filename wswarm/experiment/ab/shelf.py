"""The folder that keeps versions ready to be served: each in a place of its own, and of all places the latest few."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from wswarm.drive.host import file_lock

KEPT = 6
_LOCK, _STAMP = "lock", "installed"


def take(place: Path, make: Callable[[], None]) -> None:
    """Have `make` fill the place unless that is done; it counts as in use until this process ends.

    Processes that want the same place at the same time wait for the one that fills it.
    """
    place.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(place / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)  # stays open: it is the lock
    os.utime(descriptor)
    file_lock.share(descriptor)
    if not (place / _STAMP).exists():
        file_lock.take(descriptor)
        if not (place / _STAMP).exists():  # nor did another process do it meanwhile
            _fill(place, make, descriptor)
        file_lock.share(descriptor)


def _fill(place: Path, make: Callable[[], None], descriptor: int) -> None:
    try:
        make()
    except BaseException:
        os.close(descriptor)
        raise
    (place / _STAMP).touch()


def tidy(shelf: Path, put_away: Callable[[Path], None]) -> None:
    """Remove places that nobody uses, all but those used last: an environment has some hundred megabytes.

    Args:
        shelf: That holds the places.
        put_away: Is given each before it is deleted.
    """
    locks = sorted(shelf.glob(f"*/{_LOCK}"), key=lambda lock: lock.stat().st_mtime_ns, reverse=True)
    for lock in locks[KEPT:]:
        with lock.open("rb") as file:
            if file_lock.has_taken(file.fileno()):
                put_away(lock.parent)
                shutil.rmtree(lock.parent, ignore_errors=True)
