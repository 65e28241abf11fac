"""What became of settled broadcasts, a row each: handed on, and the latest of them remembered."""

from collections import deque

import numpy as np

from wswarm.stats import reach
from wswarm.stats.findings import Reached, together
from wswarm.stats.published import sequences_of
from wswarm.stats.under_way import UnderWay

_LATEST = 64


class SettledRows:
    """The rows of one agent's broadcasts."""

    def __init__(self) -> None:
        self._rows: list[Reached] = []
        self._latest: deque[Reached] = deque(maxlen=_LATEST)

    def note(self, row: Reached) -> None:
        """Add what became of some."""
        self._rows.append(row)
        self._latest.append(row)

    def take(self) -> list[Reached]:
        """Return what was added since the last time."""
        rows, self._rows = self._rows, []
        return rows

    def take_together(self) -> Reached:
        """Return the same as one."""
        return together(self.take())

    def latest(self, most: int, way: UnderWay) -> reach.Reach:
        """Return the latest broadcasts as they stand, of those under way not what they owe."""
        slots = way.sent()[-most:]
        owed = np.zeros(len(slots), np.int64)
        rows = reach.rows_of(way.travelling(slots), owed, way.delays(slots))
        found = reach.put_together([*self._latest, rows])
        sequences = sequences_of(found.numbers)
        last = np.argsort(sequences, kind="stable")[-most:]
        return reach.Reach(sequences[last], *(column[last] for column in found[1:]))
