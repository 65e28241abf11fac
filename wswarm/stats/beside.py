"""What the load measured right beside the quiet probe: bounded, and no more than a look at a batch.

A broadcast is compared on the connections next to the probe's in the order of connecting, a reply with the one to the
message that was due next to the probe's.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from wswarm.stats.findings import Int64s, Packed, pack, unpack
from wswarm.stats.tally import Batch, Bools

COLUMNS = 4
_MOST, _MOST_PARTS = 1 << 16, 1 << 10


class Beside(Protocol):
    """What notes arrivals that may be compared with the probe's."""

    def note(self, batch: Batch) -> None:
        """Look at arrivals."""

    def pack(self) -> Packed:
        """Return what was noted, as it travels."""


class Deliveries:
    """When each of a few connections received which broadcast; of very many every second, fourth … one.

    Args:
        ids: By row, of the connections to look at.
        most: Deliveries that are kept at most.
    """

    def __init__(self, ids: Mapping[int, int], most: int = _MOST) -> None:
        self._ids = np.full(max(ids, default=0) + 1, -1, np.int64)
        self._ids[list(ids)] = list(ids.values())
        self._most, self._shift = most, 0
        self._kept: Int64s = np.zeros((0, COLUMNS), np.int64)
        self._fresh: list[Int64s] = []
        self._count = 0

    def note(self, batch: Batch) -> None:
        """Keep those of the connections to look at."""
        rows = batch.rows
        is_near = rows < len(self._ids)
        place = np.flatnonzero(is_near & (self._ids[np.where(is_near, rows, 0)] >= 0))
        if len(place):
            self.add(
                batch.sequences[place],
                self._ids[rows[place]],
                batch.intended_ns[place],
                batch.received_ns[place],
            )

    def add(self, sequences: Int64s, ids: Int64s, intended_ns: Int64s, received_ns: Int64s) -> None:
        """Keep deliveries to connections with these ids."""
        rows = np.stack((sequences, ids, intended_ns, received_ns), axis=1)
        self._fresh.append(rows[sequences % (1 << self._shift) == 0])
        self._count += len(self._fresh[-1])
        if len(self._fresh) > _MOST_PARTS:
            self.table()
        while self._count > self._most:
            self._shift += 1
            kept = self.table()
            self._kept, self._fresh = kept[kept[:, 0] % (1 << self._shift) == 0], []
            self._count = len(self._kept)

    def table(self) -> Int64s:
        """Return a row per delivery: sequence, id, intended, received."""
        self._kept, self._fresh = np.concatenate((self._kept, *self._fresh)), []
        return self._kept

    def pack(self) -> Packed:
        """As `Beside.pack`."""
        return pack(self.table())


class Replies:
    """Which reply was to the message due next to each of the probe's instants.

    Args:
        instants_ns: When the probe speaks, ascending.
        sent_ns: Returns when own messages of these numbers were sent, 0 or less if they were not.
        is_own: Returns which arrivals are at the connection that they name: only such are replies.
    """

    def __init__(
        self, instants_ns: Int64s, sent_ns: Callable[[Int64s], Int64s], is_own: Callable[[Batch], Bools]
    ) -> None:
        self._instants_ns, self._sent_ns, self._is_own = instants_ns, sent_ns, is_own
        self._table = np.zeros((len(instants_ns), COLUMNS), np.int64)
        self._table[:, 0] = np.arange(len(instants_ns))
        self._table[:, 1] = np.iinfo(np.int64).max

    def note(self, batch: Batch) -> None:
        """Take the nearest of the arrivals to each instant that they are around; before they are accounted for."""
        is_own = self._is_own(batch)
        batch = batch if is_own.all() else batch.where(is_own)
        if not len(batch.rows):
            return
        order = np.argsort(batch.intended_ns, kind="stable")
        due_ns = batch.intended_ns[order]
        ends = np.searchsorted(self._instants_ns, (due_ns[0], due_ns[-1]))
        places = np.arange(max(0, int(ends[0]) - 1), min(len(self._table), int(ends[1]) + 1))
        at = np.searchsorted(due_ns, self._instants_ns[places])
        around = np.clip(np.stack((at - 1, at)), 0, len(due_ns) - 1)
        away_ns = np.abs(due_ns[around] - self._instants_ns[places])
        nearest = order[np.where(away_ns[0] < away_ns[1], *around)]
        distance_ns = away_ns.min(axis=0)
        is_nearer = distance_ns < self._table[places, 1]
        self._take(places[is_nearer], distance_ns[is_nearer], batch.where(nearest[is_nearer]))

    def _take(self, places: Int64s, distance_ns: Int64s, batch: Batch) -> None:
        sent_ns = self._sent_ns(batch.sequences)
        is_sound = (sent_ns > 1) & (batch.received_ns > sent_ns)
        found = np.stack((distance_ns, sent_ns, batch.received_ns), axis=1)
        self._table[places[is_sound], 1:] = found[is_sound]

    def pack(self) -> Packed:
        """As `Beside.pack`; a row per instant: its place, how far away, sent, received."""
        return pack(self._table[self._table[:, 3] > 0])


def table_of(packed: Packed) -> Int64s:
    """Return what was noted, a row each."""
    return unpack(packed).reshape(-1, COLUMNS)
