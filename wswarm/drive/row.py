"""One connection as its swarm keeps it."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from wswarm.drive.drivers.connection import Connection, Timing
from wswarm.load.message import Payload
from wswarm.load.rooms import room_of
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Int64s, Packed, Sockets, pack

KEPT = 9


class Row:
    """One connection of the swarm, open or not.

    Attributes:
        backlog: Sends that wait for room in the write buffer: (number, intended_ns, mark).
        closed_ns: When it was lost. `left_ns`: when it was told to leave before the end.
        ready_ns: When it was ready: open, and all said that has to be said before.
        ending: How it was lost, as a place among the endings; `UNKNOWN` if it was not.
    """

    __slots__ = ("backlog", "closed_ns", "connection", "ending", "left_ns", "payload", "ready_ns", "timing")

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.payload: Payload | None = None
        self.timing: Timing | None = None
        self.ready_ns = STILL_OPEN
        self.closed_ns = STILL_OPEN
        self.left_ns = STILL_OPEN
        self.ending = UNKNOWN
        self.backlog: deque[tuple[int, int, bytes]] | None = None

    def kept(self, timing: Timing) -> tuple[int, ...]:
        """Return what is kept for ever of one that has opened: so many numbers as `KEPT` says."""
        return (*timing, self.ready_ns, self.closed_ns, self.left_ns, self.ending)


def kept_of(rows: Sequence[Row]) -> Int64s:
    """Return of those that have opened all that is kept for ever, a row each."""
    kept = [row.kept(row.timing) for row in rows if row.timing is not None]
    return np.array(kept, np.int64).reshape(-1, KEPT)


def sockets_of(kept: Int64s, requested: int) -> Sockets:
    """Return what was kept of those that have opened; what is said of the others is to be added."""
    started, tcp, tls, upgrade, opened_ns, ready_ns, closed_ns, left_ns, ending = map(pack, kept.T)
    return Sockets(
        requested=requested,
        started_ns=started,
        tcp_ns=tcp,
        tls_ns=tls,
        upgrade_ns=upgrade,
        opened_ns=opened_ns,
        ready_ns=ready_ns if ready_ns != opened_ns else b"",
        closed_ns=closed_ns,
        failed_ns=b"",
        failures={},
        closes={},
        left_ns=left_ns,
        ending=ending,
    )


def times_of(rows: Sequence[Row]) -> Int64s:
    """Return when each was ready, lost, told to leave, three arrays; `STILL_OPEN` for not (yet)."""
    columns = (row.ready_ns for row in rows), (row.closed_ns for row in rows), (row.left_ns for row in rows)
    return np.array([list(column) for column in columns], np.int64)


def open_rows(rows: Sequence[Row]) -> Int64s:
    """Return the places of those that are open now."""
    connections = enumerate(row.connection for row in rows)
    return np.array([row for row, one in connections if one is not None and one.is_open], np.int64)


def rooms_of(ids: Int64s, rooms: int) -> Packed:
    """Return the room of each number, as it travels; empty where there is only one."""
    return pack(np.array([room_of(one, rooms) for one in ids.tolist()], np.int64)) if rooms > 1 else b""
