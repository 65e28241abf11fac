"""What has arrived: first copies, duplicates and reordering, exactly."""

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Order:
    """The highest number so far of each *pair*: a publisher at a receiver, within which they should ascend."""

    __slots__ = ("_highest",)

    def __init__(self) -> None:
        self._highest: Int64s = np.zeros(0, np.int64)

    def highest(self) -> Int64s:
        """Return per pair the highest sequence number that arrived, -1 for none; to be read only."""
        return self._highest

    def add_pairs(self, pairs: int) -> None:
        """Make room for `pairs` pairs in all, if there is less."""
        missing = pairs - len(self._highest)
        if missing > 0:
            self._highest = np.pad(self._highest, (0, max(missing, pairs // 2)), constant_values=-1)

    def before(self, pairs: Int64s, sequences: Int64s) -> Int64s:
        """Enter arrivals; return for each the highest sequence number of its pair before it, -1 for none."""
        if not len(pairs):
            return np.zeros(0, np.int64)
        order = np.argsort(pairs, kind="stable")
        pair, sequence = pairs[order], sequences[order]
        is_start = np.concatenate(([True], pair[1:] != pair[:-1]))
        group = np.cumsum(is_start) - 1
        known = self._highest[pair]
        height = np.maximum(known, sequence) + 1
        step = int(height.max()) + 1
        running = np.maximum.accumulate(group * step + height) - group * step - 1
        before = np.empty_like(running)
        before[0], before[1:] = known[0], running[:-1]
        before[is_start] = known[is_start]
        is_end = np.concatenate((is_start[1:], [True]))
        self._highest[pair[is_end]] = running[is_end]
        highest: Int64s = np.empty_like(before)
        highest[order] = before
        return highest


class Ledger:
    """Which numbered messages have arrived so far, one bit each."""

    __slots__ = ("_bits",)

    def __init__(self) -> None:
        self._bits: npt.NDArray[np.uint8] = np.zeros(1024, np.uint8)

    def enter(self, cells: Int64s) -> Bools:
        """Enter arrivals in the order in which they came, and return which are first copies."""
        if not len(cells):
            return np.zeros(0, np.bool_)
        self._reserve((int(cells.max()) >> 3) + 1)
        at, bit = cells >> 3, (1 << (cells & 7)).astype(np.uint8)
        is_first: Bools = (self._bits[at] & bit) == 0
        distinct, firsts = np.unique(cells, return_index=True)
        if len(distinct) < len(cells):
            is_earliest = np.zeros(len(cells), np.bool_)
            is_earliest[firsts] = True
            is_first &= is_earliest
        np.bitwise_or.at(self._bits, at, bit)
        return is_first

    def has(self, first_cell: int, count: int) -> Bools:
        """Return for `count` cells from `first_cell` on whether they arrived."""
        low, high = first_cell >> 3, (first_cell + count + 7) >> 3
        self._reserve(high)
        bits = np.unpackbits(self._bits[low:high], bitorder="little")
        arrived: Bools = bits[first_cell & 7 : (first_cell & 7) + count].astype(np.bool_)
        return arrived

    def have(self, cells: Int64s) -> Bools:
        """Return for each of the cells whether it arrived."""
        at = cells >> 3
        is_there = at < len(self._bits)
        at[~is_there] = 0
        arrived: Bools = is_there & ((self._bits[at] >> (cells & 7).astype(np.uint8)) & 1).astype(np.bool_)
        return arrived

    def _reserve(self, size: int) -> None:
        if size > len(self._bits):
            bits = np.zeros(max(size, 2 * len(self._bits)), np.uint8)
            bits[: len(self._bits)] = self._bits
            self._bits = bits
