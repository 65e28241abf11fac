"""What a run had found so far, kept beside it while it goes on: for when everything is killed.

A line that names the form, then records: length and CRC-32 of the body, 32 bits each, lowest byte first; the body is
a run file, deflated. Each is complete in itself, written behind the ones before it, and on the disk when `append`
returns. One that was torn is as if it had not been begun.
"""

import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from struct import Struct

import msgspec

from wswarm.errors import ResultError
from wswarm.report.folders import unwritable
from wswarm.results.run import Run

CHECKPOINTS_FILE = "checkpoints.bin"
_MAGIC = b'{"schema":"wswarm/checkpoints@1"}\n'
_HEAD = Struct("<II")
_LEVEL = 6


class Checkpoints:
    """The checkpoints of a run that goes on; there is no file before the first.

    Args:
        folder: Of the run's report.

    Attributes:
        has_begun: Whether there is one.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / CHECKPOINTS_FILE
        self.has_begun, self._end = False, 0

    def append(self, run: Run) -> None:
        """Add one; it is on the disk when this returns.

        Raises:
            ResultError: it can't be written.
        """
        body = zlib.compress(msgspec.json.encode(run), _LEVEL)
        record = _HEAD.pack(len(body), zlib.crc32(body)) + body
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("r+b" if self.has_begun else "wb") as file:
                file.truncate(self._end)  # what a full disk has torn
                file.seek(self._end)
                file.write(record if self.has_begun else _MAGIC + record)
                file.flush()
                os.fsync(file.fileno())
                self._end = file.tell()
            if not self.has_begun:
                _sync_folder(self._path.parent)
        except OSError as error:
            raise unwritable(self._path.parent, error.strerror or str(error)) from error
        self.has_begun = True

    def forget(self) -> None:
        """Take it that the run is known in whole."""
        if self.has_begun:
            self._path.unlink(missing_ok=True)


def last_checkpoint(folder: Path) -> Run | None:
    """Return the last whole checkpoint in the folder, `None` if there is none.

    Raises:
        ResultError: it can't be read.
    """
    path, last = folder / CHECKPOINTS_FILE, None
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ResultError(f"{path} can't be read: {error.strerror}") from error
    for body in _whole(content):
        last = body
    try:
        return None if last is None else msgspec.json.decode(zlib.decompress(last), type=Run)
    except msgspec.DecodeError as error:
        raise ResultError(f"{path} is of another version: use the wswarm that wrote it: {error}") from error


def _whole(content: bytes) -> Iterator[bytes]:
    """Yield the bodies of records up to the first that is not whole."""
    at = len(_MAGIC)
    while content.startswith(_MAGIC) and at + _HEAD.size <= len(content):
        length, check = _HEAD.unpack_from(content, at)
        body = content[at + _HEAD.size : at + _HEAD.size + length]
        if len(body) < length or zlib.crc32(body) != check:
            return
        yield body
        at += _HEAD.size + length


def _sync_folder(folder: Path) -> None:
    """Have the folder's entry of a new file on the disk, too; Windows needs and knows no such thing."""
    if hasattr(os, "O_DIRECTORY"):
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
