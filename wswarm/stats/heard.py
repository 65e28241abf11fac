"""What each connection heard first and last: whether who was dropped hears again, and how much it missed."""

import numpy as np

from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Int64s
from wswarm.stats.tally import Batch

_LEAST = 1_024


class Heard:
    """Of each row, in arrays by row.

    Attributes:
        first_ns: When its first message came, `STILL_OPEN` for none.
    """

    def __init__(self) -> None:
        self.first_ns: Int64s = np.zeros(0, np.int64)
        self._lowest: Int64s = np.zeros(0, np.int64)
        self._highest: Int64s = np.zeros(0, np.int64)

    def note(self, batch: Batch, rows: int) -> None:
        """Take in what came; there are so many rows by now."""
        self._widen(rows)
        np.minimum.at(self.first_ns, batch.rows, batch.received_ns)
        np.minimum.at(self._lowest, batch.rows, batch.sequences)
        np.maximum.at(self._highest, batch.rows, batch.sequences)

    def missed(self, before: int, after: int) -> int:
        """Return how many broadcasts lie between those that two rows heard; `UNKNOWN` if one has heard none."""
        if max(before, after) >= len(self.first_ns) or self._highest[before] == UNKNOWN:
            return UNKNOWN
        if self._lowest[after] == STILL_OPEN:
            return UNKNOWN
        return max(0, int(self._lowest[after] - self._highest[before]) - 1)

    def first_of(self, row: int) -> int:
        """Return when the row heard its first message, `STILL_OPEN` for never."""
        return int(self.first_ns[row]) if row < len(self.first_ns) else int(STILL_OPEN)

    def _widen(self, rows: int) -> None:
        if rows <= len(self.first_ns):
            return
        more = (0, max(rows, 2 * len(self.first_ns), _LEAST) - len(self.first_ns))
        self.first_ns = np.pad(self.first_ns, more, constant_values=STILL_OPEN)
        self._lowest = np.pad(self._lowest, more, constant_values=STILL_OPEN)
        self._highest = np.pad(self._highest, more, constant_values=UNKNOWN)
