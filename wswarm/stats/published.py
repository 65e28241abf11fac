"""What one agent's publishers sent: the log by which subscribers are owed."""

from array import array
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wswarm.stats.findings import Int64s, Packed, pack, unpack

_SEQUENCE_BITS = 32
_SEQUENCES = (1 << _SEQUENCE_BITS) - 1
Bools = npt.NDArray[np.bool_]

REFUSED = -1  # when a broadcast was sent that the target has not taken: nobody is owed it


class Published(NamedTuple):
    """Broadcasts that were sent, in the order of their sending: equally long int64 arrays.

    Attributes:
        numbers: As `in_rooms` gives them.
    """

    numbers: Int64s
    intended_ns: Int64s
    sent_ns: Int64s

    def where(self, mask: Bools | Int64s) -> "Published":
        """Return the broadcasts at which `mask` is true, or those in these places."""
        return Published(*(column[mask] for column in self))

    @property
    def sequences(self) -> Int64s:
        """Their running numbers, over all publishers."""
        return sequences_of(self.numbers)

    @property
    def rooms(self) -> Int64s:
        """The rooms that they are for."""
        return rooms_of(self.numbers)


def in_rooms(sequences: Int64s, rooms: Int64s) -> Int64s:
    """Return the numbers of broadcasts that are for these rooms; in the first, 0, it is their running number."""
    return sequences + (rooms << _SEQUENCE_BITS)


def sequences_of(numbers: Int64s) -> Int64s:
    """Return the running numbers in the numbers of broadcasts."""
    return numbers & _SEQUENCES


def rooms_of(numbers: Int64s) -> Int64s:
    """Return the rooms in the numbers of broadcasts."""
    return numbers >> _SEQUENCE_BITS


class PublishLog:
    """Grows as broadcasts are sent, without ever being copied."""

    def __init__(self) -> None:
        self._columns = tuple(array("q") for _ in Published._fields)
        self._told = 0

    def add(self, published: Published) -> None:
        """Add what was sent since the last time."""
        for column, values in zip(self._columns, published, strict=True):
            column.frombytes(pack(values))

    def pack(self, first: int = 0) -> Packed:
        """Return the log from there on, as it travels."""
        return b"".join(memoryview(column)[first:] for column in self._columns)

    def news(self) -> Packed:
        """Return what was added since the last time, as it travels."""
        first, self._told = self._told, len(self._columns[0])
        return self.pack(first)


def read_log(packed: Packed) -> Published:
    """Return a log that has travelled."""
    return Published(*unpack(packed).reshape(3, -1))


def join_logs(parts: Sequence[Packed]) -> Packed:
    """Return one log of consecutive parts of it."""
    return pack(
        np.concatenate([np.zeros((3, 0), np.int64), *(np.stack(read_log(part)) for part in parts)], axis=1)
    )


def shifted(packed: Packed, by_ns: int) -> Packed:
    """Return the log with all its moments `by_ns` later."""
    log = read_log(packed)
    return pack(np.concatenate((log.numbers, log.intended_ns + by_ns, log.sent_ns + by_ns)))
