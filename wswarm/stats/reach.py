"""How broadcasts reached their subscribers: a row each, made by every agent, put together by the front end.

Times are ns after the intended publish. A row says how many bins 2 % wide hold its deliveries; from the bins of all
agents together the median is read, so that several agents find the one that one would have found.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wswarm.stats.bins import BINS, bin_of, middle_of
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Int64s, Reached, pack, unpack

_COLUMNS = 6
_NUMBER, _OWED, _RECEIVED, _FIRST, _LAST, _BINS = range(_COLUMNS)
_COUNT_BITS = 20  # more subscribers no agent has


class Reach(NamedTuple):
    """Broadcasts, each once, by number: equally long int64 arrays; times are `UNKNOWN` where nobody received it."""

    numbers: Int64s
    owed: Int64s
    received: Int64s
    first_ns: Int64s
    median_ns: Int64s
    last_ns: Int64s

    def of(self, numbers: Int64s) -> "Reach":
        """Return the broadcasts of these numbers; what nobody knows of reached nobody, and was owed to none."""
        place = np.searchsorted(self.numbers, numbers)
        is_there = place < len(self.numbers)
        is_there[is_there] = self.numbers[place[is_there]] == numbers[is_there]
        found = [np.full(len(numbers), default) for default in (0, 0, UNKNOWN, UNKNOWN, UNKNOWN)]
        for column, values in zip(found, self[1:], strict=True):
            column[is_there] = values[place[is_there]]
        return Reach(numbers, *found)


def rows_of(numbers: Int64s, owed: Int64s, delays_ns: Int64s) -> Reached:
    """Return rows as they travel.

    Args:
        delays_ns: Per broadcast a row of delivery times, `STILL_OPEN` where there was no delivery.
    """
    rows = np.full((len(numbers), _COLUMNS), UNKNOWN, np.int64)
    rows[:, _NUMBER], rows[:, _OWED] = numbers, owed
    bins = []
    for row, delays in zip(rows, delays_ns, strict=True):
        has = delays != STILL_OPEN
        came = delays if has.all() else delays[has]
        row[_RECEIVED] = len(came)
        if len(came):
            row[_FIRST], row[_LAST] = came.min(), came.max()
        counts = np.bincount(bin_of(came))
        occupied = np.flatnonzero(counts)
        row[_BINS] = len(occupied)
        bins.append(((occupied << _COUNT_BITS) + counts[occupied]).astype(np.uint32).tobytes())
    return Reached(pack(rows), b"".join(bins))


def correction(number: int, delay_ns: int, *, was_owed: bool) -> Reached:
    """Return the row that adds a late delivery to one that has been made."""
    return rows_of(np.array([number]), np.array([int(not was_owed)]), np.array([[delay_ns]]))


def put_together(parts: Sequence[Reached]) -> Reach:
    """Return the broadcasts of all agents, by number."""
    rows = unpack(b"".join(part.rows for part in parts)).reshape(-1, _COLUMNS)
    bins = np.frombuffer(b"".join(part.bins for part in parts), np.uint32)
    numbers, place = np.unique(rows[:, _NUMBER], return_inverse=True)
    owed, received = (np.zeros(len(numbers), np.int64) for _ in range(2))
    np.add.at(owed, place, rows[:, _OWED])
    np.add.at(received, place, rows[:, _RECEIVED])
    first_ns: Int64s = np.full(len(numbers), STILL_OPEN, np.int64)
    last_ns: Int64s = np.full(len(numbers), np.iinfo(np.int64).min, np.int64)
    some = rows[:, _RECEIVED] > 0
    np.minimum.at(first_ns, place[some], rows[some, _FIRST])
    np.maximum.at(last_ns, place[some], rows[some, _LAST])
    median_ns = np.clip(_medians(np.repeat(place, rows[:, _BINS]), bins, len(numbers)), first_ns, last_ns)
    times_ns = (np.where(received > 0, column, UNKNOWN) for column in (first_ns, median_ns, last_ns))
    return Reach(numbers, owed, received, *times_ns)


def _medians(place: Int64s, bins: npt.NDArray[np.uint32], count: int) -> Int64s:
    """Return the median of each of so many broadcasts, of which each bin belongs to the one at its place."""
    median_ns: Int64s = np.full(count, UNKNOWN, np.int64)
    if not len(place):
        return median_ns
    code, deliveries = (
        place * BINS + (bins >> _COUNT_BITS),
        (bins & ((1 << _COUNT_BITS) - 1)).astype(np.int64),
    )
    order = np.argsort(code, kind="stable")  # nearly done where one agent's rows came in turn
    code, upto = code[order], np.cumsum(deliveries[order])
    starts = np.flatnonzero(np.diff(code // BINS, prepend=-1))
    before = np.concatenate(([0], upto))[starts]
    half = before + (np.append(before[1:], upto[-1]) - before + 1) // 2
    middle = code[np.searchsorted(upto, half)]
    median_ns[middle // BINS] = middle_of(middle % BINS)
    return median_ns
