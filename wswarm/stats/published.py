"""What one agent's publishers sent: the log by which subscribers are owed."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from wswarm.stats.findings import Int64s, Packed, pack, unpack

_LEAST_ROOM = 1_024


class Published(NamedTuple):
    """Broadcasts that were sent, in the order of their sending: equally long int64 arrays."""

    numbers: Int64s
    intended_ns: Int64s
    sent_ns: Int64s


class PublishLog:
    """Grows as broadcasts are sent."""

    def __init__(self) -> None:
        self._rows: Int64s = np.zeros((3, _LEAST_ROOM), np.int64)
        self._count = self._told = 0

    def add(self, published: Published) -> None:
        """Add what was sent since the last time."""
        count = self._count + len(published.numbers)
        if count > self._rows.shape[1]:
            self._rows = np.pad(self._rows, ((0, 0), (0, max(count, self._rows.shape[1]))))
        self._rows[:, self._count : count] = published
        self._count = count

    def pack(self, first: int = 0) -> Packed:
        """Return the log from there on, as it travels."""
        return pack(self._rows[:, first : self._count])

    def news(self) -> Packed:
        """Return what was added since the last time, as it travels."""
        first, self._told = self._told, self._count
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
