"""Messages that had not been answered within the patience: 32 bytes each, by which a late reply still counts."""

from array import array

import numpy as np

from wswarm.stats.findings import Int64s
from wswarm.stats.ledger import Bools

INTENDED, SENT, ROW, NUMBER = range(4)
NEVER_WILL_BE = -1


class Overdue:
    """A column of each of these four, by number, ascending; they grow in place."""

    def __init__(self) -> None:
        self._columns = [array("q") for _ in range(4)]
        self._over = 0

    def __len__(self) -> int:
        return len(self._columns[NUMBER])

    def column(self, which: int) -> Int64s:
        """Return a column as it stands; not to be held while messages are added."""
        return np.frombuffer(self._columns[which], np.int64)

    def table(self) -> Int64s:
        """Return a copy of all four; what has come since has been sent `NEVER_WILL_BE`."""
        return np.vstack([self.column(which) for which in range(4)])

    def add(self, late: Int64s) -> None:
        """Add messages, four rows; what is no longer waited for goes where it is more than half."""
        if 2 * self._over > len(self):
            self._keep(self.table()[:, self.column(SENT) != NEVER_WILL_BE])
        for column, values in zip(self._columns, late, strict=True):
            column.frombytes(np.ascontiguousarray(values).tobytes())

    def find(self, numbers: Int64s) -> tuple[Int64s, Bools]:
        """Return where messages would be, and which are there."""
        known = self.column(NUMBER)
        if not len(known):
            return np.zeros(len(numbers), np.int64), np.zeros(len(numbers), np.bool_)
        place = np.minimum(np.searchsorted(known, numbers), len(known) - 1)
        return place, known[place] == numbers

    def note_sent(self, numbers: Int64s, sent_ns: Int64s) -> None:
        """Note when messages were sent at last, or that they never will be, of those that are here."""
        place, is_there = self.find(numbers)
        self.column(SENT)[place[is_there]] = sent_ns[is_there]
        self._over += int(np.count_nonzero(sent_ns[is_there] == NEVER_WILL_BE))

    def take(self, numbers: Int64s) -> Int64s:
        """Take it that messages have come; return when they had been due."""
        place, _ = self.find(numbers)
        self.column(SENT)[place] = NEVER_WILL_BE
        self._over += len(place)
        return self.column(INTENDED)[place]

    def _keep(self, table: Int64s) -> None:
        self._columns = [array("q", row.tobytes()) for row in table]
        self._over = 0
