"""Files that a user names, read as far as they may be long: a device has no end, and a pipe tells no size."""

import io
import stat
from functools import cache
from pathlib import Path

from wswarm.errors import PlanError

SETTINGS = 1 << 20  # and secrets
MESSAGE = 16 << 20  # and scripts
STORED = 256 << 20  # results, and data
RECORDING = 1 << 30


def read(path: str | Path, limit: int, shown: str, mend: str) -> bytes:
    """Return what a file holds; a pipe, which can be read once, what it held when it was read first.

    Args:
        limit: Of bytes.
        shown: The file, as it is told; "": whoever catches it tells. `mend`: what to do where it holds more.

    Raises:
        PlanError: it holds more. OSError, ValueError: it can't be read.
    """
    found = Path(path).stat()
    is_pipe = stat.S_ISFIFO(found.st_mode)
    content = (_of_pipe if is_pipe else _beginning)(str(path), limit + 1, (found.st_dev, found.st_ino))
    if len(content) > limit:
        most = f"{limit >> 30} GiB" if limit >> 30 else f"{limit >> 20} MiB"
        raise PlanError(f"{shown} holds more than {most}: {mend}".lstrip())
    return content


def _beginning(path: str, size: int, _: tuple[int, int]) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(size)


_of_pipe = cache(_beginning)


def text(path: str | Path, limit: int, shown: str, mend: str) -> str:
    r"""Return the text of a file in UTF-8, its lines ended by `\n`; see `read`."""
    return io.TextIOWrapper(io.BytesIO(read(path, limit, shown, mend)), encoding="utf-8").read()


def stored(path: Path) -> bytes:
    """Return what a file of results holds; see `read`."""
    return read(path, STORED, str(path), "name a run.json, or another file that wswarm has written")
