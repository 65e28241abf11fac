"""How many connections each address and each user has, over all workers: a table that they share.

Like ``Scoreboard`` a row per worker, so that what one held goes with it however it ends. Unlike there a look at all
rows and a change of one's own have to be one step, so there is a lock: the kernel takes it from a process that dies.
"""

import hashlib
import mmap
import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from target_app.guard.file_lock import FileLock
from target_app.guard.refusals import Reason
from target_app.scoreboard import ROW_VARIABLE

FILE_VARIABLE = "TARGET_CENSUS"  # environment of a worker: the file

_WORD = 8  # bytes of a number
_SECRET = 2  # words at the beginning that keep strangers from choosing names which share a place
_SETS = 4096
_WAYS = 16  # places that a name may have: beside 10,000 others one name in 10⁸ finds none


@dataclass(frozen=True, slots=True)
class Claim:
    """One connection more of a name.

    Attributes:
        name: whose.
        most: how many it may have.
        reason: of a refusal.
    """

    name: str
    most: int
    reason: Reason


class Census:
    """The table: names, and how often each worker has them.

    A name has one of 16 places, which is anybody's again when no worker has the name.

    Args:
        table: of ``_size(rows)`` bytes, zeros but for the secret.
        row: of this process.
        lock: held while the table is looked at or changed.
    """

    def __init__(self, table: mmap.mmap, row: int, lock: AbstractContextManager[None]) -> None:
        self._table, self._lock = table, lock
        self._words = words = memoryview(table).cast("Q")
        places = _SETS * _WAYS
        self._secret = words[:_SECRET].tobytes()
        self._names = words[_SECRET : _SECRET + places]
        self._rows = [words[start : start + places] for start in range(_SECRET + places, len(words), places)]
        self._own = self._rows[row]

    @classmethod
    def alone(cls) -> Self:
        """Of a process that shares with nobody."""
        table = mmap.mmap(-1, _size(1))
        table[: _SECRET * _WORD] = secrets.token_bytes(_SECRET * _WORD)
        return cls(table, 0, nullcontext())

    @classmethod
    def create(cls, file: Path, rows: int) -> Self:
        """Make the file for so many workers, and open it."""
        with file.open("wb") as made:
            made.write(secrets.token_bytes(_SECRET * _WORD))
            made.truncate(_size(rows))
        return cls.shared(file, 0)

    @classmethod
    def shared(cls, file: Path, row: int) -> Self:
        """Of one worker of several, on a file that ``create`` made."""
        with file.open("r+b") as opened:
            return cls(mmap.mmap(opened.fileno(), 0), row, FileLock(file))

    @classmethod
    def here(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Of this process, which the environment says is one of several, or is alone."""
        if FILE_VARIABLE not in environment:
            return cls.alone()
        return cls.shared(Path(environment[FILE_VARIABLE]), int(environment[ROW_VARIABLE]))

    def enter(self, claims: Sequence[Claim]) -> Claim | None:
        """Count one connection more of each name, or of none: return the first claim that can't be met."""
        if not claims:
            return None
        with self._lock:
            for number, claim in enumerate(claims):
                place = self._place(claim.name)
                if place is None or self._total(place) >= claim.most:
                    self._leave(claims[:number])
                    return claim
                self._own[place] += 1
        return None

    def is_reached(self, claim: Claim) -> bool:
        """Whether a name has as many as it may."""
        with self._lock:
            place = self._place(claim.name)
            return place is not None and self._total(place) >= claim.most

    def leave(self, claims: Sequence[Claim]) -> None:
        """Count one less of each, as often as ``enter`` counted one more."""
        if claims:
            with self._lock:
                self._leave(claims)

    def clear(self, row: int) -> None:
        """Forget what a worker had that has ended."""
        with self._lock:
            self._rows[row][:] = memoryview(bytes(_SETS * _WAYS * _WORD)).cast("Q")

    def close(self) -> None:
        """Unmap the table, whose last look this was."""
        for view in (self._names, *self._rows, self._words):
            view.release()
        self._table.close()
        if isinstance(self._lock, FileLock):
            self._lock.close()

    def _leave(self, claims: Sequence[Claim]) -> None:
        for claim in claims:
            place = self._place(claim.name)
            assert place is not None
            self._own[place] -= 1

    def _place(self, name: str) -> int | None:
        """Where a name is, or is from now on; ``None`` if all its places are others'."""
        digest = hashlib.blake2b(name.encode(), digest_size=_WORD, key=self._secret).digest()
        key = int.from_bytes(digest, "little") or 1
        first = key % _SETS * _WAYS
        free = None
        for place in range(first, first + _WAYS):
            if self._names[place] == key:
                return place
            if free is None and not self._total(place):
                free = place
        if free is not None:
            self._names[free] = key
        return free

    def _total(self, place: int) -> int:
        return sum(row[place] for row in self._rows)


def _size(rows: int) -> int:
    return (_SECRET + (1 + rows) * _SETS * _WAYS) * _WORD
