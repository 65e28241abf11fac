"""Numbers that worker processes share: a small file, mapped by each, with a row per worker."""

import mmap
from collections.abc import Sequence
from pathlib import Path
from typing import Self

_WORD = 8  # bytes of a number: a signed 64-bit integer, written in one piece
FILE_VARIABLE = "TARGET_SCOREBOARD"  # environment of a worker: the file
ROW_VARIABLE = "TARGET_SCOREBOARD_ROW"  # and its row


class Scoreboard:
    """A table of integers in a file: a row per worker, a column per measure.

    Every row has one writer, and a number is read and written whole, so nothing is locked. The file belongs to
    whoever made it.

    Args:
        file: one that ``create`` made.
        columns: measures in a row, the same in all processes.
    """

    def __init__(self, file: Path, columns: int) -> None:
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), 0)
        self._numbers = memoryview(self._map).cast("q")
        self.columns = columns
        self.rows = len(self._numbers) // columns

    @classmethod
    def create(cls, file: Path, rows: int, columns: int) -> Self:
        """Make a file of zeros and map it."""
        file.write_bytes(bytes(rows * columns * _WORD))
        return cls(file, columns)

    def read(self, row: int) -> list[int]:
        """The numbers of a worker."""
        return self._numbers[row * self.columns : (row + 1) * self.columns].tolist()

    def write(self, row: int, numbers: Sequence[int]) -> None:
        """Replace the numbers of a worker."""
        start = row * self.columns
        for column, number in enumerate(numbers):
            self._numbers[start + column] = number

    def close(self) -> None:
        """Unmap the file."""
        self._numbers.release()
        self._map.close()
