"""Broadcasts of an agent's sessions: marked when they are published, followed to those who have subscribed."""

import msgspec
import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.load.marker import MARK_SIZE, PREFIX_SIZE, firsts_of, markers_in, write_mark
from wswarm.load.marks import read_marks
from wswarm.load.script import Script
from wswarm.load.template import MARKER
from wswarm.results.counts import Counts
from wswarm.stats.findings import STILL_OPEN, Packed, Relayed, Sends, Window, pack
from wswarm.stats.histogram import Histogram
from wswarm.stats.per_second import PerSecond
from wswarm.stats.published import Published, PublishLog, read_log
from wswarm.stats.relay import Relay
from wswarm.stats.tally import Batch
from wswarm.units import NS_PER_S


class Relaying:
    """What sessions publish, and what those of them that have subscribed receive.

    Args:
        prefix: The run's marker prefix.
        script: Of which agent among how many, so that every broadcast has a number of its own.
    """

    def __init__(self, prefix: bytes, script: Script, patience_ns: int) -> None:
        self._prefix, self._place, self._agents = prefix, script.place, script.agents
        self._is_one_clock, self._origin_ns = script.is_one_clock, script.origin_ns
        before = Window(script.origin_ns, STILL_OPEN, STILL_OPEN, STILL_OPEN)
        self._relay = Relay(before, patience_ns)
        self._log, self._published = PublishLog(), 0
        self._sent: list[tuple[int, int, int]] = []
        self._lag, self._per_second = Histogram(), PerSecond()
        self._in_hold = 0
        self._publishers: set[int] = set()
        self._heard: list[tuple[int, bytes, int]] = []

    @property
    def window(self) -> Window:
        """The load's times."""
        return self._relay.window

    @window.setter
    def window(self, window: Window) -> None:
        self._relay.window = window

    @property
    def is_used(self) -> bool:
        """Whether anybody has published or subscribed."""
        return bool(self._published or self._relay.subscribers)

    def mark(self, connection: int, payload: bytes, intended_ns: int) -> tuple[int, bytes]:
        """Return the number of a broadcast that is about to be sent, and its payload with its mark.

        Raises:
            ValueError: there is no place for the mark.
        """
        self._check_clock()
        if MARKER not in payload:
            raise ValueError(
                f"publish: {payload[:100]!r} has no {{marker}}: put it where the target relays it"
            )
        number = self._published * self._agents + self._place
        mark = self._prefix + write_mark(connection, number, intended_ns)
        return number, payload.replace(MARKER, mark)

    def note_sent(self, connection: int, number: int, intended_ns: int, sent_ns: int) -> None:
        """Take it that a broadcast was sent."""
        self._published += 1
        self._publishers.add(connection)
        self._relay.note_own(number, connection)
        self._sent.append((number, intended_ns, sent_ns))

    def subscribe(self, row: int, connection: int, since_ns: int) -> None:
        """Take it that a session is owed what is sent from then on."""
        self._check_clock()
        self._relay.subscribe(row, connection, since_ns)

    def has_subscribed(self, row: int) -> bool:
        """Return whether the session of a row has subscribed."""
        return self._relay.has_subscribed(row)

    def hear(self, row: int, payload: bytes, received_ns: int) -> None:
        """Take in what a session that has subscribed received."""
        markers = markers_in(payload, self._prefix, 1)
        for marker in markers if len(markers) < 2 else firsts_of(markers, len(markers)):
            self._heard.append((row, marker, received_ns))

    def note_lost(self, row: int) -> None:
        """Take it that the target has closed a session's connection."""
        self._relay.note_lost(row, now_ns())

    def note_left(self, row: int) -> None:
        """Take it that a session's connection is closed by us."""
        self._relay.note_left(row, now_ns())

    def note_parted(self, row: int) -> None:
        """Take it that a session whose connection the target has closed was at its end."""
        self._relay.note_parted(row)

    def publish(self, log: Packed) -> None:
        """Take in what was published, here or elsewhere."""
        if log:
            self._relay.publish(read_log(log))

    def news(self) -> Packed:
        """Return what was published here since the last time."""
        self._fold_sent()
        return self._log.news()

    def fold(self) -> None:
        """Add what was done since the last time to the figures, and settle what is due."""
        self._fold_sent()
        if self._heard:
            rows, markers, received_ns = zip(*self._heard, strict=True)
            self._heard.clear()
            digits = b"".join(one[PREFIX_SIZE : PREFIX_SIZE + MARK_SIZE] for one in markers)
            marks, sound = read_marks(digits)
            batch = Batch(np.array(rows, np.int64), *marks, np.array(received_ns, np.int64))
            self._relay.record(batch if sound is None else batch.where(sound))
        self._relay.settle_some(now_ns())

    def is_owed(self) -> bool:
        """Return whether a delivery is missing that could still come."""
        return self._relay.is_owed()

    def counts(self) -> Counts | None:
        """Return how many were sent and came in the hold so far; `None` if nobody has published or subscribed."""
        if not self.is_used:
            return None
        return msgspec.structs.replace(self._relay.counts(), offered=self._in_hold, sent=self._in_hold)

    def findings(self) -> Relayed | None:
        """Return all that was found; `None` if nobody has published or subscribed."""
        self.fold()
        self._relay.settle_some(now_ns(), is_over=True)
        if not self.is_used:
            return None
        return Relayed(
            publishers=len(self._publishers),
            subscribers=self._relay.subscribers,
            sends=Sends(
                offered=self._in_hold,
                sent=self._in_hold,
                lag=self._lag.pack(),
                per_second=pack(self._per_second.counts),
                log=self._log.pack(),
            ),
            arrivals=self._relay.findings(),
        )

    def _check_clock(self) -> None:
        if not self._is_one_clock:
            raise RuntimeError(
                "publish and subscribe need one clock: have all workers on the master's machine, or use wswarm script"
            )

    def _fold_sent(self) -> None:
        if not self._sent:
            return
        sent = Published(*np.array(self._sent, np.int64).T)
        self._sent.clear()
        self._log.add(sent)
        in_hold = (sent.intended_ns >= self.window.hold_ns) & (sent.intended_ns < self.window.drain_ns)
        self._in_hold += int(np.count_nonzero(in_hold))
        self._lag.record((sent.sent_ns - sent.intended_ns)[in_hold])
        self._per_second.add(np.maximum(sent.sent_ns - self._origin_ns, 0) // NS_PER_S)
