"""Files that are written whole or not at all: readers see the old one or the new one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from wswarm.errors import ResultError


@contextmanager
def partial_of(path: Path) -> Iterator[Path]:
    """Yield another name to write the file under; it is renamed when that is done, removed if it can't be.

    Raises:
        ResultError: the file can't be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        partial.replace(path)
    except OSError as error:
        raise ResultError(
            f"{path} can't be written: {error.strerror or error}; free space or choose another place with -o"
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def write_file(path: Path, text: str) -> Path:
    """Write the text, and wait until the disk has it; return the path.

    Raises:
        ResultError: the file can't be written.
    """
    with partial_of(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return path
