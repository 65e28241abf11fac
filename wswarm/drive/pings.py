"""Pings of ours on every connection, evenly spread in time, and how long their answers take."""

from array import array
from collections.abc import Callable

import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.drive.rounds import Rounds
from wswarm.stats.findings import Pings
from wswarm.stats.histogram import Histogram

_FOLD_AT = 4096
_UNANSWERED_KEPT = 8
_SIZE = 8


class Pinger:
    """Pings each connection once per interval, the first time within one interval of its opening.

    A ping carries the moment at which it was sent, so a pong that nobody asked for answers none. A pong answers the
    pings before it too: a server need not answer all that it got at once (RFC 6455, section 5.5.3).

    Args:
        interval_s: Between two pings of one connection, s.
        send: Sends a ping with that payload on a row's connection; false if that can't take one now.
    """

    def __init__(self, interval_s: float, send: Callable[[int, bytes], bool]) -> None:
        self._rounds = Rounds(interval_s, self._ping)
        self._send = send
        self._waiting: dict[int, list[int]] = {}
        self._times = array("q")
        self._folded = Histogram()
        self._sent = self._given_up = 0

    def add(self, row: int) -> None:
        """Ping a row from now on."""
        self._rounds.add(row)
        self._waiting[row] = []

    def remove(self, row: int) -> None:
        """Ping a row no more: its connection is lost or was told to leave."""
        self._rounds.remove(row)
        waiting = self._waiting.pop(row, [])
        self._given_up += sum(sent_ns <= now_ns() - self._rounds.interval_ns for sent_ns in waiting)

    def note_pong(self, row: int, payload: bytes) -> None:
        """Take in a pong; one that answers no ping of ours is nothing."""
        received_ns = now_ns()
        waiting = self._waiting.get(row)
        sent_ns = int.from_bytes(payload, "big")
        if not waiting or len(payload) != _SIZE or sent_ns not in waiting:
            return
        del waiting[: waiting.index(sent_ns) + 1]
        self._times.append(received_ns - sent_ns)
        if len(self._times) >= _FOLD_AT:
            self._fold()

    def stop(self) -> None:
        """Ping no more."""
        self._rounds.stop()

    def figures(self) -> Pings:
        """Return what became of the pings so far; one counts as unanswered when the next one is due."""
        self._fold()
        late_ns = now_ns() - self._rounds.interval_ns
        late = sum(sent_ns <= late_ns for waiting in self._waiting.values() for sent_ns in waiting)
        return Pings(sent=self._sent, unanswered=self._given_up + late, times=self._folded.pack())

    def _ping(self, row: int) -> None:
        sent_ns, waiting = now_ns(), self._waiting[row]
        if not self._send(row, sent_ns.to_bytes(_SIZE, "big")):
            return
        self._sent += 1
        waiting.append(sent_ns)
        if len(waiting) > _UNANSWERED_KEPT:
            del waiting[0]
            self._given_up += 1

    def _fold(self) -> None:
        self._folded.record(np.array(self._times, np.int64))
        del self._times[:]
