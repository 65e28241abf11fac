"""Pings of ours on every connection, evenly spread in time, and how long their answers take."""

import asyncio
from array import array
from collections.abc import Callable
from heapq import heappop, heappush

import numpy as np

from wswarm.drive.clock import Timer, make_timer, now_ns
from wswarm.stats.findings import Pings
from wswarm.stats.histogram import Histogram
from wswarm.units import NS_PER_S

_GOLDEN = 0.6180339887498949  # multiples of it, modulo 1, are spread evenly however many there are
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
        self._interval_ns = max(1, round(interval_s * NS_PER_S))
        self._send = send
        self._due: list[tuple[int, int]] = []
        self._waiting: dict[int, list[int]] = {}
        self._timer: Timer | None = None
        self._times = array("q")
        self._folded = Histogram()
        self._sent = self._given_up = 0
        self._is_stopped = False

    def add(self, row: int) -> None:
        """Ping a row from now on."""
        phase = 1 - (row * _GOLDEN) % 1
        heappush(self._due, (now_ns() + round(phase * self._interval_ns), row))
        self._waiting[row] = []
        if self._timer is None and not self._is_stopped:
            self._timer = make_timer(asyncio.get_running_loop(), self._ping_due)
        self._arm()

    def remove(self, row: int) -> None:
        """Ping a row no more: its connection is lost or was told to leave."""
        waiting = self._waiting.pop(row, [])
        self._given_up += sum(sent_ns <= now_ns() - self._interval_ns for sent_ns in waiting)

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
        self._is_stopped = True
        if self._timer is not None:
            self._timer.close()

    def figures(self) -> Pings:
        """Return what became of the pings so far; one counts as unanswered when the next one is due."""
        self._fold()
        late_ns = now_ns() - self._interval_ns
        late = sum(sent_ns <= late_ns for waiting in self._waiting.values() for sent_ns in waiting)
        return Pings(sent=self._sent, unanswered=self._given_up + late, times=self._folded.pack())

    def _ping_due(self) -> None:
        now = now_ns()
        while self._due and self._due[0][0] <= now:
            due_ns, row = heappop(self._due)
            if row not in self._waiting:
                continue
            self._ping(row)
            next_ns = due_ns + self._interval_ns
            heappush(self._due, (next_ns if next_ns > now else now + self._interval_ns, row))
        self._arm()

    def _ping(self, row: int) -> None:
        sent_ns, waiting = now_ns(), self._waiting[row]
        if not self._send(row, sent_ns.to_bytes(_SIZE, "big")):
            return
        self._sent += 1
        waiting.append(sent_ns)
        if len(waiting) > _UNANSWERED_KEPT:
            del waiting[0]
            self._given_up += 1

    def _arm(self) -> None:
        if self._timer is not None and self._due and not self._is_stopped:
            self._timer.arm(self._due[0][0])

    def _fold(self) -> None:
        self._folded.record(np.array(self._times, np.int64))
        del self._times[:]
