"""When messages of publishers elsewhere were due whose marks do not say it: worked out anew from their paces."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from wswarm.load.marks import Marks
from wswarm.load.numbers import read_indexes
from wswarm.load.pace import Pace
from wswarm.load.schedule import dues_of
from wswarm.load.turns import Dues, Int64s

Bools = npt.NDArray[np.bool_]

_LEAST = 1_024


class Schedule:
    """The messages that publishers elsewhere send in one load, by their numbers.

    Args:
        paces: Theirs, one after another, with a known end each.
        ids: The publishers' connection ids, by their rows.
        salt: As they were written with.
    """

    def __init__(self, paces: Sequence[Pace], ids: Sequence[int], salt: int) -> None:
        self._ids, self._salt = np.array(ids, np.int64), salt
        self._dues = _dues(paces)
        self._count = 0
        self._messages: Int64s = np.zeros((2, _LEAST), np.int64)

    def look_up(self, marks: bytes, received_ns: Int64s) -> tuple[Marks, Bools | None]:
        """Return what the marks name, 16 digits each; and which name a message due by then, `None` for all."""
        indexes = read_indexes(marks, self._salt)
        self._work_out(int(received_ns.max(initial=0)))
        is_known = indexes < self._count
        intended_ns, ids = self._messages[:, np.where(is_known, indexes, 0)]
        is_known &= intended_ns <= received_ns
        return Marks(ids, indexes, intended_ns), None if is_known.all() else is_known

    def _work_out(self, until_ns: int) -> None:
        """Know of all that is due until then."""
        while not self._count or self._messages[0, self._count - 1] <= until_ns:
            dues = next(self._dues, None)
            if dues is None:
                return
            end = self._count + len(dues.due_ns)
            if end > self._messages.shape[1]:
                self._messages = np.pad(self._messages, ((0, 0), (0, end)))
            self._messages[:, self._count : end] = dues.due_ns, self._ids[dues.senders]
            self._count = end


def _dues(paces: Sequence[Pace]) -> Iterator[Dues]:
    for pace in paces:
        places = np.frombuffer(pace.places, np.int64)
        rows = np.flatnonzero(places >= 0)
        yield from dues_of(pace, rows, places[rows])
