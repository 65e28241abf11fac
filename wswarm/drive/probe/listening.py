"""What the probe hears, folded once a second: marks with the kernel's times, and how long they waited to be read."""

import numpy as np

from wswarm.drive.clock import ahead_of_realtime_ns
from wswarm.drive.probe.transport import Reading
from wswarm.load.marker import PREFIX_SIZE, markers_in
from wswarm.load.marks import read_marks
from wswarm.stats.beside import Deliveries
from wswarm.stats.findings import Int64s, Window
from wswarm.stats.histogram import Histogram
from wswarm.stats.tally import Batch

_MOST_UNFOLDED = 1 << 14


class Listening:
    """Marks that the probe's connections received.

    Args:
        reading: What they read last.
        prefix: The run's marker prefix. `copies`: how often each message holds its marker.
        not_replies: Marked messages that hold one of these are none.
    """

    def __init__(
        self, reading: Reading, prefix: bytes, copies: int, not_replies: tuple[bytes, ...] = ()
    ) -> None:
        self._reading, self._prefix, self._copies = reading, prefix, copies
        self._not_replies = not_replies
        self._ahead_ns = ahead_of_realtime_ns()
        self._rows: list[int] = []
        self._times: list[tuple[int, int]] = []
        self._marks: list[bytes] = []
        self._has_heard = self._has_stamps = False

    @property
    def is_stamped(self) -> bool:
        """Whether the kernel gave receive times, as far as anything came; of the first it may have none."""
        return self._has_stamps or not self._has_heard

    def take(self, row: int, payload: bytes) -> bool:
        """Note the marks in a message; return whether it has any."""
        if any(other in payload for other in self._not_replies):
            return False
        markers = markers_in(payload, self._prefix, self._copies)
        reading = self._reading
        if len(self._rows) < _MOST_UNFOLDED:  # a flood between two seconds: the first of it will do
            for marker in markers:
                self._rows.append(row)
                self._times.append((reading.stamp_ns, reading.read_ns))
                self._marks.append(marker[PREFIX_SIZE:])
        return bool(markers)

    def fold(self) -> tuple[Batch, Int64s]:
        """Return what was heard since the last time, received when the kernel had it, and how long it waited then."""
        before_ns, self._ahead_ns = self._ahead_ns, ahead_of_realtime_ns()
        marks, sound = read_marks(b"".join(self._marks))
        times = np.array(self._times, np.int64).reshape(-1, 2)
        rows = np.array(self._rows, np.int64)
        self._rows, self._times, self._marks = [], [], []
        stamps_ns, waits_ns = times[:, 0], times[:, 1] - times[:, 0]
        self._has_heard |= len(stamps_ns) > 0
        self._has_stamps |= bool(stamps_ns.any())
        # A clock that was set meanwhile leaves waits that no clock can measure.
        known = (stamps_ns > 0) & (waits_ns >= 0)
        if sound is not None:
            known &= sound
        ahead_ns = (before_ns + self._ahead_ns) // 2
        batch = Batch(rows, marks.publisher, marks.sequence, marks.intended_ns, stamps_ns + ahead_ns)
        return batch.where(known), waits_ns[known]


class Heard:
    """What a probe has heard of a load: what it waited for, and what is compared.

    Args:
        ids: Of the probe's connections, by row.
        is_owed_own: Whether it waits for replies to its own messages, else for broadcasts.
    """

    def __init__(self, ids: list[int], *, is_owed_own: bool) -> None:
        self._ids = np.array(ids, np.int64)
        self._is_owed_own = is_owed_own
        self.waits = Histogram()
        self._deliveries = Deliveries(dict(enumerate(ids)))
        self._sent_ns: dict[int, int] = {}

    def note_sent(self, place: int, sent_ns: int) -> None:
        """Note that a message of its own was sent."""
        self._sent_ns[place] = sent_ns

    def note(self, batch: Batch, waits_ns: Int64s, window: Window) -> None:
        """Add what was heard."""
        is_meant = (batch.intended_ns >= window.hold_ns) & (batch.intended_ns < window.drain_ns)
        if self._is_owed_own:
            is_meant &= batch.publishers == self._ids[batch.rows]
        batch = batch.where(is_meant)
        self.waits.record(waits_ns[is_meant])
        if not self._is_owed_own:
            self._deliveries.note(batch)
            return
        sent_ns = np.array([self._sent_ns.get(place, 0) for place in batch.sequences.tolist()], np.int64)
        of_own = sent_ns > 0
        self._deliveries.add(
            batch.sequences[of_own],
            np.zeros(int(of_own.sum()), np.int64),
            sent_ns[of_own],
            batch.received_ns[of_own],
        )

    def received(self) -> Int64s:
        """Return rows as `stats.probe.Seen` has them."""
        return self._deliveries.table()
