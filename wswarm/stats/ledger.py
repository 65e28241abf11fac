"""What has arrived: first copies, duplicates and reordering, exactly."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint8]

BLOCK = 4_096
_OPEN_BLOCKS = 16
_NONE = np.zeros(BLOCK // 8, np.uint8)
_ALL = np.full(BLOCK // 8, 0xFF, np.uint8)
for shared in (_NONE, _ALL):
    shared.setflags(write=False)


class Order:
    """The highest number so far of each *pair*: a publisher at a receiver, within which they should ascend."""

    __slots__ = ("_highest",)

    def __init__(self) -> None:
        self._highest: Int64s = np.zeros(0, np.int64)

    def highest(self) -> Int64s:
        """Return per pair the highest sequence number that arrived, -1 for none; to be read only."""
        return self._highest

    def latest(self, rows: int, each: int) -> Int64s:
        """Return per row, which has so many pairs each, the highest sequence number that arrived, -1 for none."""
        latest: Int64s = self._highest[: rows * each].reshape(-1, each).max(axis=-1, initial=-1)
        return latest

    def add_pairs(self, pairs: int) -> None:
        """Make room for `pairs` pairs in all, if there is less."""
        missing = pairs - len(self._highest)
        if missing > 0:
            self._highest = np.pad(self._highest, (0, max(missing, pairs // 2)), constant_values=-1)

    def forget(self, receivers: Int64s, each: int) -> None:
        """Take it that nothing has arrived yet at these receivers, who have so many publishers each."""
        self._highest[receivers[:, np.newaxis] * each + np.arange(each)] = -1

    def overtaken(self, pairs: Int64s, sequences: Int64s) -> Bools:
        """Enter arrivals; return which came after one of their pair with a higher number: mostly none."""
        if (sequences[1:] >= sequences[:-1]).all() and (self._highest[pairs] <= sequences).all():
            self._highest[pairs] = sequences  # of a pair's several the last, which is the highest
            return np.zeros(len(pairs), np.bool_)
        overtaken: Bools = sequences < self.before(pairs, sequences)
        return overtaken

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
    """Which numbered messages have arrived so far: a bit each, and none for a block of which all have, or none.

    The blocks that were written last have a byte per message.
    """

    __slots__ = ("_closed", "_open")

    def __init__(self) -> None:
        self._closed: list[Bits] = []
        self._open: dict[int, Bools] = {}

    def __contains__(self, cell: int) -> bool:
        block, at = divmod(cell, BLOCK)
        arrived = self._open.get(block)
        if arrived is not None:
            return bool(arrived[at])
        return block < len(self._closed) and bool(self._closed[block][at >> 3] >> (at & 7) & 1)

    def enter(self, cells: Int64s) -> Bools:
        """Enter arrivals in the order in which they came, and return which are first copies."""
        if not len(cells):
            return np.zeros(0, np.bool_)
        block = int(cells[0]) // BLOCK
        low = block * BLOCK
        if int(cells.min()) >= low and int(cells.max()) < low + BLOCK:
            return _enter(self._opened(block), cells - low)
        is_first = np.zeros(len(cells), np.bool_)
        for block, at in _by_block(cells):
            is_first[at] = _enter(self._opened(block), cells[at] - block * BLOCK)
        return is_first

    def add(self, cell: int) -> None:
        """Enter one."""
        block, at = divmod(cell, BLOCK)
        self._opened(block)[at] = True

    def has(self, first_cell: int, count: int) -> Bools:
        """Return for `count` cells from `first_cell` on whether they arrived."""
        first, end = first_cell // BLOCK, -(-(first_cell + count) // BLOCK)
        arrived = np.concatenate([self._read(block) for block in range(first, max(end, first + 1))])
        low = first_cell - first * BLOCK
        return arrived[low : low + count]

    def have(self, cells: Int64s) -> Bools:
        """Return for each of the cells whether it arrived."""
        arrived = np.zeros(len(cells), np.bool_)
        for block, at in _by_block(cells):
            arrived[at] = self._read(block)[cells[at] - block * BLOCK]
        return arrived

    def _read(self, block: int) -> Bools:
        """Return which messages of a block have arrived; to be read only."""
        arrived = self._open.get(block)
        if arrived is not None:
            return arrived
        bits = self._closed[block] if block < len(self._closed) else _NONE
        return np.unpackbits(bits, bitorder="little").view(np.bool_)

    def _opened(self, block: int) -> Bools:
        """Return which messages of a block have arrived, to be written to."""
        arrived = self._open.get(block)
        if arrived is None:
            arrived = self._read(block)
            if len(self._open) >= _OPEN_BLOCKS:
                self._close(next(iter(self._open)))
            self._open[block] = arrived
        return arrived

    def _close(self, block: int) -> None:
        arrived = self._open.pop(block)
        self._closed.extend([_NONE] * (block + 1 - len(self._closed)))
        self._closed[block] = _ALL if arrived.all() else np.packbits(arrived, bitorder="little")


def _enter(arrived: Bools, cells: Int64s) -> Bools:
    """Enter arrivals in a block; return which are first copies."""
    before = np.count_nonzero(arrived)
    is_first: Bools = ~arrived[cells]
    arrived[cells] = True
    if np.count_nonzero(is_first) > np.count_nonzero(arrived) - before:
        _, firsts = np.unique(cells, return_index=True)
        is_earliest = np.zeros(len(cells), np.bool_)
        is_earliest[firsts] = True
        is_first &= is_earliest
    return is_first


def _by_block(cells: Int64s) -> Iterator[tuple[int, Int64s]]:
    """Yield each block, and where in the order of `cells` its own are."""
    if not len(cells):
        return
    blocks = cells // BLOCK
    order = np.argsort(blocks, kind="stable")
    starts = np.flatnonzero(np.diff(blocks[order], prepend=-1))
    yield from zip(blocks[order[starts]].tolist(), np.split(order, starts[1:]), strict=True)
