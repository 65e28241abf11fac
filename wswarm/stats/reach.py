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
from wswarm.stats.published import rooms_of

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


class RoomReach(NamedTuple):
    """Deliveries by room: equally long int64 arrays; times are `UNKNOWN` where there was none."""

    owed: Int64s
    received: Int64s
    p50_ns: Int64s
    p99_ns: Int64s


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
    rows, bins = _joined(parts)
    numbers, place = np.unique(rows[:, _NUMBER], return_inverse=True)
    owed, received = (np.zeros(len(numbers), np.int64) for _ in range(2))
    np.add.at(owed, place, rows[:, _OWED])
    np.add.at(received, place, rows[:, _RECEIVED])
    first_ns, last_ns = _ends(rows, place, len(numbers))
    (median_ns,) = _quantiles(np.repeat(place, rows[:, _BINS]), bins, len(numbers), 50)
    times_ns = (first_ns, np.clip(median_ns, first_ns, last_ns), last_ns)
    return Reach(numbers, owed, received, *(np.where(received > 0, one, UNKNOWN) for one in times_ns))


def reach_by_room(parts: Sequence[Reached], numbers: Int64s, count: int) -> RoomReach:
    """Return of so many rooms what became of these broadcasts, which are ascending."""
    rows, bins = _joined(parts)
    is_asked = np.isin(rows[:, _NUMBER], numbers)
    bins, rows = bins[np.repeat(is_asked, rows[:, _BINS])], rows[is_asked]
    place = rooms_of(rows[:, _NUMBER])
    owed, received = (np.zeros(count, np.int64) for _ in range(2))
    np.add.at(owed, place, rows[:, _OWED])
    np.add.at(received, place, rows[:, _RECEIVED])
    first_ns, last_ns = _ends(rows, place, count)
    found = _quantiles(np.repeat(place, rows[:, _BINS]), bins, count, 50, 99)
    times_ns = (np.where(received > 0, np.clip(one, first_ns, last_ns), UNKNOWN) for one in found)
    return RoomReach(owed, received, *times_ns)


def _joined(parts: Sequence[Reached]) -> tuple[Int64s, npt.NDArray[np.uint32]]:
    """Return the rows of all agents, and their bins."""
    rows = unpack(b"".join(part.rows for part in parts)).reshape(-1, _COLUMNS)
    return rows, np.frombuffer(b"".join(part.bins for part in parts), np.uint32)


def _ends(rows: Int64s, place: Int64s, count: int) -> tuple[Int64s, Int64s]:
    """Return the first and the last delivery at each place."""
    first_ns: Int64s = np.full(count, STILL_OPEN, np.int64)
    last_ns: Int64s = np.full(count, np.iinfo(np.int64).min, np.int64)
    some = rows[:, _RECEIVED] > 0
    np.minimum.at(first_ns, place[some], rows[some, _FIRST])
    np.maximum.at(last_ns, place[some], rows[some, _LAST])
    return first_ns, last_ns


def _quantiles(place: Int64s, bins: npt.NDArray[np.uint32], count: int, *percents: int) -> list[Int64s]:
    """Return the percentiles of each of so many, of which each bin belongs to the one at its place: nearest rank."""
    found: list[Int64s] = [np.full(count, UNKNOWN, np.int64) for _ in percents]
    if not len(place):
        return found
    code, deliveries = (
        place * BINS + (bins >> _COUNT_BITS),
        (bins & ((1 << _COUNT_BITS) - 1)).astype(np.int64),
    )
    order = np.argsort(code, kind="stable")  # nearly done where one agent's rows came in turn
    code, upto = code[order], np.cumsum(deliveries[order])
    starts = np.flatnonzero(np.diff(code // BINS, prepend=-1))
    before = np.concatenate(([0], upto))[starts]
    amounts = np.append(before[1:], upto[-1]) - before
    for quantile_ns, percent in zip(found, percents, strict=True):
        ranked = code[np.searchsorted(upto, before - (-percent * amounts // 100))]
        quantile_ns[ranked // BINS] = middle_of(ranked % BINS)
    return found
