"""The closed model: sends wait for replies."""

import asyncio
import heapq

import numpy as np

from wswarm.drive.capture import Writing
from wswarm.drive.clock import now_ns
from wswarm.drive.outbox import Outbox
from wswarm.drive.pacer import Pacer
from wswarm.drive.sender import Expect
from wswarm.drive.swarm import Swarm
from wswarm.load.pace import Pace
from wswarm.stats.findings import Int64s, Sends, Window, unpack
from wswarm.units import NS_PER_S

_FOREVER = 1 << 62


class ClosedSender:
    """The closed model: each connection has one message outstanding; the next waits for the reply.

    With a rate, a connection's sends also wait for their scheduled times. A reply that does not come within the
    drain time is given up, so that one loss does not silence a connection. Intended is when a send became
    possible: the time lost in waiting is not counted, which is what is wrong with this model.
    """

    def __init__(self, swarm: Swarm, patience_ns: int, writing: Writing, expect: Expect) -> None:
        self._swarm, self._expect, self._write_mark = swarm, expect, writing.one
        self._patience_ns = patience_ns
        self._rows = swarm.rows
        self._start_ns, self._end_ns, self._senders = 0, _FOREVER, 1
        self._gap_ns = 0.0
        self._places: list[int] = []
        self._sequences: list[int] = []
        self._waits_since: list[int] = []
        self._expected: list[bytes] = []
        self._number = 0
        self._begun: list[int] = []
        self._due: list[tuple[int, int]] = []
        self._is_stopped = False
        self.outbox = Outbox(swarm)
        self._pacer = Pacer(asyncio.get_running_loop(), self._send_due)
        swarm.on_marked = self._note_message

    def pace(self, pace: Pace) -> None:
        """Let the connections that have a place begin at the pace's moment."""
        self._places = unpack(pace.places).tolist()
        self._start_ns, self._senders = pace.at_ns, pace.senders
        self._gap_ns = pace.senders * NS_PER_S / pace.rate if pace.rate else 0.0
        own = sum(place >= 0 for place in self._places)
        self._pacer.adapt(pace.pacing, (pace.rate or 0.0) * own / max(pace.senders, 1))
        self._sequences = [0] * len(self._places)
        self._waits_since = [_FOREVER] * len(self._places)
        self._expected = [b""] * len(self._places)
        for row, place in enumerate(self._places):
            if place >= 0:
                heapq.heappush(self._due, (self._scheduled_ns(row), row))
        self._pacer.start(pace.at_ns)

    def tick(self) -> None:
        """Give up replies that have been awaited for too long."""
        latest_ns = now_ns() - self._patience_ns
        for row, since_ns in enumerate(self._waits_since):
            if since_ns < latest_ns:
                self._send_next(row)

    def is_done(self) -> bool:
        """Return whether all that can be sent was sent."""
        return self._is_stopped or now_ns() >= self._end_ns

    def stop(self) -> None:
        """Send nothing more."""
        self._is_stopped = True
        self._pacer.stop()
        self.outbox.stop()

    def cut(self, window: Window) -> None:
        """Send nothing that is due when the window's drain begins, or later."""
        self._end_ns = window.drain_ns

    def tell_due(self) -> None:
        """Tell of the messages that have become due since the last time."""
        intended_ns, rows = np.array(self._begun, np.int64).reshape(-1, 2).T
        del self._begun[:]
        self._expect(intended_ns, rows)

    def dropped(self) -> Int64s:
        """What becomes due is sent."""
        return np.zeros(0, np.int64)

    def findings(self) -> Sends:
        """Return what was sent, as far as folded: a closed model offers what replies allow, so as much."""
        return self.outbox.findings(self.outbox.sent_in_hold, self._pacer.gaps_ns)

    def _scheduled_ns(self, row: int) -> int:
        place = self._places[row] / self._senders
        return self._start_ns + round((self._sequences[row] + place) * self._gap_ns)

    def _note_message(self, row: int, payload: bytes) -> None:
        """Send the next message if this is the reply; without a rate in one call, as nothing else happens then."""
        if self._waits_since[row] == _FOREVER or self._expected[row] not in payload:
            return
        now = now_ns()
        own = self._rows[row]
        connection, message = own.connection, own.payload
        if connection is None or message is None or not (connection.is_open and connection.is_writable):
            self._send_next(row)
            return
        if self._gap_ns or self._is_stopped or own.backlog or now >= self._end_ns:
            self._send_next(row)
            return
        number = self._number
        self._number = number + 1
        self._begun += (now, row)
        self._expected[row] = mark = self._write_mark(row, number, now)
        self._waits_since[row] = now
        sent_ns = now_ns()
        connection.send(mark.join(message.parts))
        self.outbox.log += (number, now, sent_ns)

    def _send_next(self, row: int) -> None:
        self._waits_since[row] = _FOREVER
        now = now_ns()
        due_ns = self._scheduled_ns(row) if self._gap_ns else now
        if due_ns <= now:
            self._send(row, now)
        elif due_ns < self._end_ns:
            heapq.heappush(self._due, (due_ns, row))
            if self._due[0][1] == row:
                self._pacer.start(due_ns)

    def _send_due(self) -> int:
        while self._due and self._due[0][0] <= now_ns():
            due_ns, row = heapq.heappop(self._due)
            self._send(row, due_ns)
        return self._due[0][0] if self._due else _FOREVER

    def _send(self, row: int, intended_ns: int) -> None:
        connection = self._swarm.rows[row].connection
        if self._is_stopped or intended_ns >= self._end_ns or connection is None or not connection.is_open:
            return
        number = self._number
        self._number = number + 1
        self._sequences[row] += 1
        self._begun += (intended_ns, row)
        mark = self._write_mark(row, number, intended_ns)
        self._expected[row] = mark
        self._waits_since[row] = intended_ns
        self.outbox.send(row, number, intended_ns, mark)
