"""What an agent's connections were when they were last looked at while the load went on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import msgspec
import numpy as np

from wswarm.drive.fleet import wire
from wswarm.drive.row import Row, kept_of, rooms_of, sockets_of
from wswarm.drive.swarm import Swarm
from wswarm.stats.findings import STILL_OPEN, pack

_AT_ONCE = 2_000  # some 4 ms
_OPENED, _ENDED = 1, 2


class Looked(Protocol):
    """A group of connections."""

    order: wire.Group
    swarm: Swarm


class Looks:
    """A byte per connection that ever was."""

    def __init__(self) -> None:
        self._told: dict[int, bytearray] = {}

    async def changed(self, groups: Sequence[Looked]) -> AsyncIterator[wire.Rows]:
        """Yield the connections that opened or ended since the last time, a few at a time for the loop's sake."""
        for number, group in enumerate(groups):
            told, swarm = self._told.setdefault(number, bytearray()), group.swarm
            if group.order.by_http is not None:  # who publish by requests are none
                continue
            told.extend(bytes(len(swarm.rows) - len(told)))
            for low in range(0, len(told), _AT_ONCE):
                rows = _changed(swarm.rows[low : low + _AT_ONCE], told, low)
                if rows:
                    yield _rows(number, swarm, rows, group.order.manner.rooms)
                await asyncio.sleep(0)


def _changed(some: Sequence[Row], told: bytearray, low: int) -> list[int]:
    """Return which of the rows from there on have opened or ended since they were told."""
    changed = []
    for number, row in enumerate(some, low):
        is_ended = row.closed_ns != STILL_OPEN or row.left_ns != STILL_OPEN
        state = 0 if row.timing is None else _ENDED if is_ended else _OPENED
        if state > told[number]:
            told[number] = state
            changed.append(number)
    return changed


def _rows(group: int, swarm: Swarm, numbers: Sequence[int], rooms: int) -> wire.Rows:
    rows, ids = [swarm.rows[number] for number in numbers], swarm.ids(np.array(numbers, np.int64))
    sockets = sockets_of(kept_of(rows), len(rows))
    sockets = msgspec.structs.replace(sockets, rooms=rooms_of(ids, rooms))
    return wire.Rows(group=group, rows=pack(np.array(numbers, np.int64)), sockets=sockets)
