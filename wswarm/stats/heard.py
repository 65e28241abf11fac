"""What each connection heard first and last: whether who was dropped hears again, and how much it missed."""

import numpy as np

from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Int64s
from wswarm.stats.published import REFUSED, Published
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
        self._sent: Int64s = np.zeros(0, np.int64)
        self._news: list[Int64s] = []

    def note(self, batch: Batch, rows: int) -> None:
        """Take in what came; there are so many rows by now."""
        self._widen(rows)
        np.minimum.at(self.first_ns, batch.rows, batch.received_ns)
        np.minimum.at(self._lowest, batch.rows, batch.sequences)
        np.maximum.at(self._highest, batch.rows, batch.sequences)

    def note_sent(self, published: Published) -> None:
        """Take in what was sent: of the others nobody can have missed any."""
        self._news.append(published.sequences[published.sent_ns != REFUSED])

    def missed(self, before: int, after: int) -> int:
        """Return how many that were sent lie between those that two rows heard; `UNKNOWN` if one has heard none."""
        if max(before, after) >= len(self.first_ns) or self._highest[before] == UNKNOWN:
            return UNKNOWN
        if self._lowest[after] == STILL_OPEN:
            return UNKNOWN
        if self._news:
            self._sent, self._news = np.sort(np.concatenate([self._sent, *self._news])), []
        low, high = self._sent.searchsorted([self._highest[before] + 1, self._lowest[after]])
        return max(0, int(high) - int(low))

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
