"""The connections of one group as they were looked at now and then: what was told last of each."""

import msgspec
import numpy as np

from wswarm.stats.findings import Int64s, Packed, Sockets, pack, unpack

_COLUMNS = (
    *("started_ns", "tcp_ns", "tls_ns", "upgrade_ns", "opened_ns", "ready_ns", "closed_ns", "left_ns"),
    *("ending", "rooms"),
)


class LookedAt:
    """Times of connections, of which some were told anew as they changed."""

    def __init__(self) -> None:
        self._rows: Int64s = np.zeros(0, np.int64)
        self._columns: Int64s = np.zeros((len(_COLUMNS), 0), np.int64)
        self._news: list[tuple[Int64s, Int64s]] = []

    def add(self, rows: Packed, sockets: Sockets) -> None:
        """Take in what was told of rows, one each."""
        numbers = unpack(rows)
        told = [unpack(getattr(sockets, name)) for name in _COLUMNS]
        opened_ns, no_room = unpack(sockets.opened_ns), np.zeros(len(numbers), np.int64)
        told[_COLUMNS.index("ready_ns")] = unpack(sockets.ready_ns) if sockets.ready_ns else opened_ns
        told[-1] = unpack(sockets.rooms) if sockets.rooms else no_room
        self._news.append((numbers, np.stack(told)))

    def with_times(self, sockets: Sockets) -> Sockets:
        """Return what is known of all connections together with the times of each that has opened.

        Those whose handshakes are under way are not asked for yet.

        Args:
            sockets: What they are due for is of every connection that was asked for.
        """
        self._merge()
        known = {name: pack(column) for name, column in zip(_COLUMNS, self._columns, strict=True)}
        if not self._columns[-1].any():
            known["rooms"] = b""
        for name in ("due_ns", "stays_ns"):
            if of_each := getattr(sockets, name):
                known[name] = pack(unpack(of_each)[self._rows])
        decided = len(self._rows) + sum(sockets.failures.values())
        return msgspec.structs.replace(sockets, requested=min(sockets.requested, decided), **known)

    def _merge(self) -> None:
        rows = np.concatenate([self._rows, *(rows for rows, _ in self._news)])[::-1]
        columns = np.concatenate([self._columns, *(told for _, told in self._news)], axis=1)[:, ::-1]
        self._rows, latest = np.unique(rows, return_index=True)
        self._columns = columns[:, latest]
        self._news.clear()
