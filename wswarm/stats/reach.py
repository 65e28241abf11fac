"""How broadcasts reached their subscribers: a row each, made by every agent, put together by the front end.

Times are ns after the intended publish. Beside the first and the last delivery a row has the seven that part the
deliveries into eighths; of several agents' rows the median is found between these, of one agent's it is exact.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Int64s, Packed, pack, unpack

EIGHTHS = 7
_COLUMNS = 5 + EIGHTHS
_NUMBER, _OWED, _RECEIVED, _FIRST, _LAST = range(5)


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


def rows_of(numbers: Int64s, owed: Int64s, delays_ns: Int64s) -> Packed:
    """Return rows as they travel.

    Args:
        delays_ns: Per broadcast a row of delivery times, `STILL_OPEN` where there was no delivery.
    """
    ascending = np.sort(delays_ns, axis=1)
    received = np.count_nonzero(delays_ns != STILL_OPEN, axis=1)
    ranks = -(-np.arange(1, EIGHTHS + 1) * received[:, np.newaxis] // (EIGHTHS + 1)) - 1
    rows = np.full((len(numbers), _COLUMNS), UNKNOWN, np.int64)
    rows[:, _NUMBER], rows[:, _OWED], rows[:, _RECEIVED] = numbers, owed, received
    some = np.flatnonzero(received)
    if not len(some):
        return pack(rows)
    rows[some, _FIRST] = ascending[some, 0]
    rows[some, _LAST] = ascending[some, received[some] - 1]
    rows[some, _LAST + 1 :] = np.take_along_axis(ascending[some], np.maximum(ranks[some], 0), axis=1)
    return pack(rows)


def correction(number: int, delay_ns: int, *, was_owed: bool) -> Packed:
    """Return the row that adds a late delivery to one that has been made."""
    return rows_of(np.array([number]), np.array([int(not was_owed)]), np.array([[delay_ns]]))


def put_together(packed: Sequence[Packed]) -> Reach:
    """Return the broadcasts of all agents, by number."""
    rows = unpack(b"".join(packed)).reshape(-1, _COLUMNS)
    numbers, place = np.unique(rows[:, _NUMBER], return_inverse=True)
    owed, received = (_summed(place, rows[:, column], len(numbers)) for column in (_OWED, _RECEIVED))
    first_ns: Int64s = np.full(len(numbers), STILL_OPEN, np.int64)
    last_ns: Int64s = np.full(len(numbers), UNKNOWN, np.int64)
    some = rows[:, _RECEIVED] > 0
    np.minimum.at(first_ns, place[some], rows[some, _FIRST])
    np.maximum.at(last_ns, place[some], rows[some, _LAST])
    first_ns[first_ns == STILL_OPEN] = UNKNOWN
    return Reach(numbers, owed, received, first_ns, _medians(rows[some], place[some], len(numbers)), last_ns)


def _summed(place: Int64s, values: Int64s, count: int) -> Int64s:
    total: Int64s = np.zeros(count, np.int64)
    np.add.at(total, place, values)
    return total


def _medians(rows: Int64s, place: Int64s, count: int) -> Int64s:
    """Return the median of each broadcast: of its rows' eighths, each of which stands for as many deliveries."""
    median_ns: Int64s = np.full(count, UNKNOWN, np.int64)
    parts = np.bincount(place, minlength=count)
    only = parts[place] == 1
    median_ns[place[only]] = rows[only, _LAST + (EIGHTHS + 1) // 2]
    several, values = np.repeat(place[~only], EIGHTHS), rows[~only, _LAST + 1 :].ravel()
    if len(several):
        weights = np.repeat(rows[~only, _RECEIVED], EIGHTHS)
        order = np.lexsort((values, several))
        several, values, weights = several[order], values[order], weights[order]
        starts = np.flatnonzero(np.concatenate(([True], several[1:] != several[:-1])))
        sizes = np.diff([*starts, len(several)])
        totals = np.add.reduceat(weights, starts)
        upto = np.cumsum(weights) - np.repeat(np.cumsum(totals) - totals, sizes)
        is_past = 2 * upto >= np.repeat(totals, sizes)
        middles = np.minimum.reduceat(np.where(is_past, np.arange(len(several)), len(several)), starts)
        median_ns[several[starts]] = values[middles]
    return median_ns
