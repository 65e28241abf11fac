"""The hot path outward: one send with its times logged, or a wait in the connection's backlog."""

from array import array
from collections import deque

import numpy as np
import numpy.typing as npt

from wswarm.drive.clock import now_ns
from wswarm.drive.swarm import Swarm
from wswarm.stats.findings import STILL_OPEN, Sends, Window, add_per_second, pack
from wswarm.stats.histogram import Histogram
from wswarm.units import NS_PER_S

Int64s = npt.NDArray[np.int64]


class Outbox:
    """Sends marked messages and remembers when; of what it can't send for its connection has closed, how many.

    Attributes:
        sent_ns: Per cell, 0 where nothing was sent.
        sent: Messages sent, warm-up included; `sent_in_hold`: those of the hold, as far as folded.
    """

    def __init__(self, swarm: Swarm, cells: int) -> None:
        self.sent_ns = array("q", bytes(8 * cells))
        self.sent = 0
        self._swarm = swarm
        self._rows = swarm.rows
        self._waiting: set[int] = set()  # rows with a backlog
        self._log = array("q")
        self._skipped = array("q")
        self._window = Window(0, 0, 0, 0)
        self._per_second: Int64s = np.zeros(0, np.int64)
        self.begin_hold()
        swarm.on_writable = self.send_waiting

    def begin_hold(self) -> None:
        """Forget the figures of any hold before."""
        self._lag = Histogram()
        self.sent_in_hold = self._disconnected = 0

    def send(self, row_number: int, cell: int, intended_ns: int, mark: bytes) -> None:
        """Send one message now, or as soon as the connection has room; a closed connection sends nothing."""
        row = self._rows[row_number]
        connection, payload = row.connection, row.payload
        if connection is None or payload is None or not connection.is_open:
            if row.left_ns == STILL_OPEN:
                self._skipped.append(intended_ns)
            return
        if row.backlog or not connection.is_writable:
            self._wait(row_number, cell, intended_ns, mark)
            return
        sent_ns = now_ns()
        self.sent_ns[cell] = sent_ns
        connection.send(mark.join(payload.parts))
        self._log.append(intended_ns)
        self._log.append(sent_ns)
        self.sent += 1

    def send_waiting(self, row_number: int) -> None:
        """Send what waits on the connection while it has room."""
        row = self._rows[row_number]
        connection = row.connection
        while row.backlog and connection is not None and connection.is_writable:
            backlog, row.backlog = row.backlog, None
            cell, intended_ns, mark = backlog.popleft()
            self.send(row_number, cell, intended_ns, mark)
            row.backlog = backlog
        if not row.backlog:
            self._waiting.discard(row_number)

    def waiting(self) -> int:
        """Return how many messages wait for room on connections that are open."""
        rows = (self._rows[number] for number in self._waiting)
        return sum(len(row.backlog) for row in rows if row.backlog and row.closed_ns == STILL_OPEN)

    def stop(self) -> None:
        """Send no more of what waits."""
        self._swarm.on_writable = lambda _: None

    def sent_times(self) -> Int64s:
        """Return `sent_ns` as an array that shares its memory: let go of it before the next `grow`."""
        return np.frombuffer(self.sent_ns, np.int64) if self.sent_ns else np.zeros(0, np.int64)

    def grow(self, cells: int) -> None:
        """Make room for at least `cells` cells."""
        missing = cells - len(self.sent_ns)
        if missing > 0:
            self.sent_ns.frombytes(bytes(8 * max(missing, len(self.sent_ns))))

    def fold(self, window: Window) -> None:
        """Add what was logged since the last call to the figures."""
        self._window = window
        self._disconnected += _in_hold(self._skipped, window)
        del self._skipped[:]
        log = np.array(self._log, np.int64).reshape(-1, 2)
        del self._log[:]
        if not len(log):
            return
        intended_ns, sent_ns = log.T
        in_hold = (intended_ns >= window.hold_ns) & (intended_ns < window.drain_ns)
        self._lag.record((sent_ns - intended_ns)[in_hold])
        self.sent_in_hold += int(np.count_nonzero(in_hold))
        seconds = np.maximum(sent_ns - window.origin_ns, 0) // NS_PER_S
        self._per_second = add_per_second(self._per_second, np.bincount(seconds).astype(np.int64))

    def findings(self, offered: int | None, sent_ns: Int64s | None = None) -> Sends:
        """Return what was sent; `offered` `None`: as much."""
        closed, still_open = self._waiting_in_hold()
        return Sends(
            offered=self.sent_in_hold if offered is None else offered,
            sent=self.sent_in_hold,
            disconnected=self._disconnected + closed,
            blocked=still_open,
            lag=self._lag.pack(),
            per_second=pack(self._per_second),
            sent_ns=b"" if sent_ns is None else pack(sent_ns),
        )

    def last_sent_ns(self, rows: int) -> Int64s:
        """Return per row when it sent last, 0 for never; cell c is one of row c mod `rows`."""
        cells = np.flatnonzero(self.sent_times())
        last_ns: Int64s = np.zeros(rows, np.int64)
        np.maximum.at(last_ns, cells % rows, self.sent_times()[cells])
        return last_ns

    def _waiting_in_hold(self) -> tuple[int, int]:
        """Return how many messages of the hold wait on connections that have closed, and on open ones."""
        counts = [0, 0]
        for row in (self._rows[number] for number in self._waiting):
            if row.backlog and row.left_ns == STILL_OPEN:
                is_open = row.closed_ns == STILL_OPEN
                counts[is_open] += _in_hold([intended_ns for _, intended_ns, _ in row.backlog], self._window)
        return counts[0], counts[1]

    def _wait(self, row_number: int, cell: int, intended_ns: int, mark: bytes) -> None:
        row = self._rows[row_number]
        self._waiting.add(row_number)
        if row.backlog is None:
            row.backlog = deque()
        row.backlog.append((cell, intended_ns, mark))


def _in_hold(intended_ns: "array[int] | list[int]", window: Window) -> int:
    """Return how many of the messages belong to the hold."""
    moments_ns = np.array(intended_ns, np.int64)
    return int(np.count_nonzero((moments_ns >= window.hold_ns) & (moments_ns < window.drain_ns)))
