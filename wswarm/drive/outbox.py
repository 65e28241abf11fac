"""The hot path outward: one send with its times logged, or a wait in the connection's backlog."""

from array import array
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wswarm.drive.clock import now_ns
from wswarm.drive.swarm import Swarm
from wswarm.load.sampling import Sampling
from wswarm.stats.findings import STILL_OPEN, Sends, Window, pack
from wswarm.stats.histogram import Histogram
from wswarm.stats.per_second import PerSecond
from wswarm.stats.stage_bins import counts_of
from wswarm.units import NS_PER_S

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_NOT_OFFERED = -1


class Handled(NamedTuple):
    """What became of messages since the last time: three arrays of those sent, and who will never be.

    Attributes:
        unsent: Numbers of messages whose connection had closed or left when it was their turn.
    """

    numbers: Int64s
    intended_ns: Int64s
    sent_ns: Int64s
    unsent: Int64s


class Outbox:
    """Sends marked messages and notes when; of what it can't send for its connection has closed, how many.

    Attributes:
        log: Number, intended and sent time of each message sent, one after another; who sends by itself extends it.
        sent_in_hold: How many of the hold were sent, as far as folded.
        sampling: Which sends are told of one by one, if any are.
    """

    def __init__(self, swarm: Swarm) -> None:
        self._swarm = swarm
        self._rows = swarm.rows
        self._waiting: set[int] = set()  # rows with a backlog
        self._folded = 0
        self.log: list[int] = []  # a list takes a value in a fifth of the time that an array does
        self._skipped = array("q")
        self._waited, self._resumed, self._late = array("q"), array("q"), array("q")
        self._window = Window(0, 0, 0, 0)
        self.sampling: Sampling | None = None
        self._chance = (
            np.random.default_rng()
        )  # of each agent its own: neighbours in time are taken independently
        self._per_second = PerSecond()
        self.begin_hold()
        swarm.on_writable = self.send_waiting

    def begin_hold(self) -> None:
        """Forget the figures of any hold before."""
        self._lag = Histogram()
        self.sent_in_hold = self._disconnected = self._still = self._never = self._unread = 0
        self._of_stages: Int64s = np.zeros((2, 0), np.int64)
        self._sampled: Int64s = np.zeros((2, 0), np.int64)

    def send(self, row_number: int, number: int, intended_ns: int, mark: bytes) -> None:
        """Send one message now, or as soon as the connection has room; a closed connection sends nothing."""
        row = self._rows[row_number]
        connection, payload = row.connection, row.payload
        if connection is None or payload is None or not connection.is_open:
            self._skipped.append(number)
            self._skipped.append(intended_ns if row.left_ns == STILL_OPEN else _NOT_OFFERED)
            return
        if row.backlog or not connection.is_writable:
            self._wait(row_number, number, intended_ns, mark)
            return
        sent_ns = now_ns()
        connection.send(mark.join(payload.parts))
        self.log += (number, intended_ns, sent_ns)

    def send_waiting(self, row_number: int) -> None:
        """Send what waits on the connection while it has room."""
        row = self._rows[row_number]
        connection = row.connection
        while row.backlog and connection is not None and connection.is_writable:
            backlog, row.backlog = row.backlog, None
            number, intended_ns, mark = backlog.popleft()
            self._resumed.append(intended_ns)
            self.send(row_number, number, intended_ns, mark)
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

    def note_late(self, intended_ns: list[int]) -> None:
        """Note messages that were due and never had their turn."""
        self._late.extend(intended_ns)

    def fold(self, window: Window) -> Handled:
        """Add what was logged since the last call to the figures, and return it."""
        self._window = window
        log, skipped = _taken(self.log, 3), _taken(self._skipped, 2)
        waited, resumed, late = (_taken(own, 1) for own in (self._waited, self._resumed, self._late))
        numbers, intended_ns, sent_ns = log
        self._folded += len(numbers)
        in_hold = self._in_hold(intended_ns)
        self._disconnected += int(np.count_nonzero(self._in_hold(skipped[1])))
        unread = int(np.count_nonzero(self._in_hold(resumed)))
        self._unread += unread
        self._still += int(np.count_nonzero(self._in_hold(waited))) - unread
        self._never += int(np.count_nonzero(self._in_hold(late)))
        if len(numbers):
            self._lag.record((sent_ns - intended_ns)[in_hold])
            self.sent_in_hold += int(np.count_nonzero(in_hold))
            self._per_second.add(np.maximum(sent_ns - window.origin_ns, 0) // NS_PER_S)
        if self.sampling is not None:
            self._sample(intended_ns, sent_ns)
            self._sample(skipped[1], skipped[1])  # whose connection the target has closed
        if window.stage_ends_ns:
            self._count_in_stages(intended_ns, (skipped[1], waited[0], late[0]), resumed[0])
        return Handled(numbers, intended_ns, sent_ns, skipped[0])

    @property
    def sent(self) -> int:
        """How many messages were sent, warm-up included."""
        return self._folded + len(self.log) // 3

    @property
    def offered(self) -> int:
        """How many messages of the hold had their turn, or waited for it in vain."""
        return self.sent_in_hold + self._disconnected + self._still + self._never

    def findings(self, offered: int, gaps_ns: Iterable[int] = ()) -> Sends:
        """Return what was sent of so many in the hold, with such gaps between wake-ups at least."""
        closed = self._waiting_in_vain()
        return Sends(
            offered=offered,
            sent=self.sent_in_hold,
            disconnected=self._disconnected + closed,
            blocked=self._still - closed,
            unread=self._unread,
            lag=self._lag.pack(),
            per_second=pack(self._per_second.counts),
            gaps_ns=sorted(gaps_ns),
            of_stages=pack(self._of_stages),
            sampled=pack(self._sampled),
        )

    def _sample(self, intended_ns: Int64s, sent_ns: Int64s) -> None:
        """Keep some of these by chance."""
        sampling = self.sampling
        if sampling is None or not len(intended_ns):
            return
        taken = self._in_hold(intended_ns) & (self._chance.random(len(intended_ns)) < sampling.chance)
        taken &= (intended_ns >= sampling.from_ns) & (intended_ns < sampling.until_ns)
        if taken.any():
            self._sampled = np.concatenate(
                (self._sampled, np.stack((intended_ns, sent_ns))[:, taken]), axis=1
            )

    def _count_in_stages(self, sent: Int64s, unsent: tuple[Int64s, ...], resumed: Int64s) -> None:
        """Add intended times to what was offered and sent in each stage; what had waited is no longer unsent."""
        sent, offered, no_more = (
            counts_of(intended_ns, self._window) for intended_ns in (sent, np.concatenate(unsent), resumed)
        )
        if not self._of_stages.size:
            self._of_stages = np.zeros((2, len(sent)), np.int64)
        self._of_stages += np.stack((sent + offered - no_more, sent))

    def _waiting_in_vain(self) -> int:
        """Return how many messages of the hold wait on connections that the target has closed."""
        rows = (self._rows[number] for number in self._waiting)
        waiting = [one.backlog for one in rows if one.backlog and one.closed_ns != STILL_OPEN]
        intended_ns = [intended_ns for backlog in waiting for _, intended_ns, _ in backlog]
        return int(np.count_nonzero(self._in_hold(np.array(intended_ns, np.int64))))

    def _in_hold(self, intended_ns: Int64s) -> Bools:
        in_hold: Bools = (intended_ns >= self._window.hold_ns) & (intended_ns < self._window.drain_ns)
        return in_hold

    def _wait(self, row_number: int, number: int, intended_ns: int, mark: bytes) -> None:
        row = self._rows[row_number]
        self._waiting.add(row_number)
        if row.backlog is None:
            row.backlog = deque()
        row.backlog.append((number, intended_ns, mark))
        self._waited.append(intended_ns)


def _taken(log: "list[int] | array[int]", columns: int) -> Int64s:
    """Return what was logged, a row of each column, and empty the log."""
    taken = np.array(log, np.int64).reshape(-1, columns).T
    del log[:]
    return taken
