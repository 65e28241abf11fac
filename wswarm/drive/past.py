"""Connections that are gone: some numbers each are kept for ever, the rest is let go."""

from array import array
from collections.abc import Sequence

import numpy as np

from wswarm.drive.row import KEPT, Row, kept_of
from wswarm.stats.findings import Int64s

GONE = Row()
"""Stands in the place of every row that is gone."""
GONE.left_ns = 0


class Past:
    """What is kept of the rows that are gone."""

    def __init__(self) -> None:
        self._numbers, self._kept = array("q"), array("q")

    def add(self, number: int, row: Row) -> None:
        """Keep what there is to be kept of a row; of one that never opened that is nothing."""
        if row.timing is not None:
            self._numbers.append(number)
            self._kept.extend(row.kept(row.timing))

    def opened(self, rows: Sequence[Row]) -> tuple[Int64s, Int64s]:
        """Return which rows have opened, in their order, and what is kept of each, a row each."""
        there = [number for number, row in enumerate(rows) if row.timing is not None]
        numbers: Int64s = np.concatenate((np.array(there, np.int64), np.array(self._numbers, np.int64)))
        kept: Int64s = np.concatenate((kept_of(rows), np.array(self._kept, np.int64).reshape(-1, KEPT)))
        order = np.argsort(numbers, kind="stable")
        return numbers[order], kept[order]
