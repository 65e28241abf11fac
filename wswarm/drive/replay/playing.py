"""A recording played on connections, each from its opening on: who has to send what, who has heard what."""

import asyncio
from array import array
from collections import Counter
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from wswarm.drive.clock import make_timer, now_ns
from wswarm.drive.swarm import Swarm
from wswarm.load.player import NEVER_NS, Player
from wswarm.load.score import Score
from wswarm.stats.findings import Int64s

_EARLY = 64  # messages that may come before a connection is known to be open


class Moments(NamedTuple):
    """What was sent, or came, since the last time; arrays of one length each.

    Attributes:
        intended_ns: Of messages sent. `sent_ns`: when they were.
        answers: Places among the score's answers of what came as recorded; `times_ns`: since the message that it
            answers was sent, -1 for none; `received_ns`: when it came.
        unexpected_ns: When the messages came that the recording has none of.
    """

    intended_ns: Int64s
    sent_ns: Int64s
    answers: Int64s
    times_ns: Int64s
    received_ns: Int64s
    unexpected_ns: Int64s


class Playing:
    """Plays a score on each connection of a swarm.

    Args:
        swarm: Hears what comes; of its rows those are played that `begin` is told of.
        speed: Times as fast as recorded.
    """

    def __init__(self, swarm: Swarm, score: Score, speed: float) -> None:
        self._swarm, self._score, self._speed = swarm, score, speed
        self._players: dict[int, Player] = {}
        self._early: dict[int, list[tuple[bytes, int]]] = {}
        self._due: list[tuple[int, int]] = []
        self._armed: dict[int, int] = {}
        self._is_stopped = False
        self._sent, self._answered, self._unexpected = array("q"), array("q"), array("q")
        self._timer = make_timer(asyncio.get_running_loop(), self._send_due)
        swarm.on_heard = self.hear
        swarm.on_writable = self._go_on

    def begin(self, row: int) -> None:
        """Play on a row, which has just opened."""
        timing = self._swarm.rows[row].timing
        if timing is None or row in self._players:
            return
        self._players[row] = Player(self._score, self._score.secrets, timing.opened_ns, self._speed)
        for payload, received_ns in self._early.pop(row, []):
            self.hear(row, payload, received_ns)
        self._go_on(row)

    def hear(self, row: int, payload: bytes, received_ns: int) -> None:
        """Take in what came on a row."""
        player = self._players.get(row)
        if player is None:
            early = self._early.setdefault(row, [])
            if len(early) < _EARLY:
                early.append((payload, received_ns))
            return
        matched = player.hear(payload, received_ns)
        if matched is None:
            self._unexpected.append(received_ns)
        else:
            time_ns = -1 if matched.time_ns is None else matched.time_ns
            self._answered.extend((matched.place, time_ns, received_ns))
        if player.due_ns() != self._armed.get(row, NEVER_NS):
            self._go_on(row)

    def stop(self) -> None:
        """Send nothing more."""
        self._is_stopped = True
        self._timer.close()

    def is_sending(self) -> bool:
        """Return whether something is still to be sent, on a connection that is open."""
        return not self._is_stopped and any(
            player.sent < len(self._score.turns) and self._swarm.rows[row].connection is not None
            for row, player in self._players.items()
        )

    def is_owed(self) -> bool:
        """Return whether something has not come that still could."""
        return any(
            not all(player.came) and self._swarm.rows[row].connection is not None
            for row, player in self._players.items()
        )

    def take(self) -> Moments:
        """Return what was sent and what came since the last time."""
        intended_ns, sent_ns = _taken(self._sent, 2)
        answers, times_ns, received_ns = _taken(self._answered, 3)
        return Moments(intended_ns, sent_ns, answers, times_ns, received_ns, _taken(self._unexpected, 1)[0])

    def players(self) -> list[tuple[Player, bool]]:
        """Return who plays, and whether its connection is open."""
        rows = self._swarm.rows
        return [(player, rows[row].connection is not None) for row, player in self._players.items()]

    def failures(self) -> Counter[str]:
        """Return why connections have not sent all of the recording, by reason; messages count from 1."""
        total = len(self._score.turns)
        found: Counter[str] = Counter()
        for player, is_open in self.players():
            if player.sent == total:
                continue
            lacking = player.lacks()
            where = f"message {player.sent + 1} of {total}"
            if not is_open:
                found[f"connection closed before {where}"] += 1
            elif lacking is not None:
                found[f"{where} waits for {lacking!r}, which the server did not give"] += 1
            else:
                found[f"ended before {where}"] += 1
        return found

    def _go_on(self, row: int) -> None:
        """Send what is due on a row, and wake up for what is due next."""
        player = self._players.get(row)
        connection = self._swarm.rows[row].connection
        if player is None or connection is None or self._is_stopped:
            return
        while (due_ns := player.due_ns()) <= (now := now_ns()):
            if not connection.is_open or not connection.is_writable:
                self._armed.pop(row, None)  # goes on when there is room
                return
            due = player.take_turn(now)
            connection.say(due.payload, is_binary=due.is_binary)
            self._sent.extend((due.intended_ns, now))
        self._arm(row, due_ns)

    def _arm(self, row: int, due_ns: int) -> None:
        if due_ns == NEVER_NS:
            self._armed.pop(row, None)
        elif self._armed.get(row) != due_ns:
            self._armed[row] = due_ns
            heappush(self._due, (due_ns, row))
            if self._due[0] == (due_ns, row):
                self._timer.arm(due_ns)

    def _send_due(self) -> None:
        while self._due and self._due[0][0] <= now_ns():
            due_ns, row = heappop(self._due)
            if self._armed.get(row) == due_ns:
                del self._armed[row]
                self._go_on(row)
        if self._due and not self._is_stopped:
            self._timer.arm(self._due[0][0])


def _taken(log: "array[int]", columns: int) -> Int64s:
    """Return what was logged, a row of each column, and empty the log."""
    taken = np.array(log, np.int64).reshape(-1, columns).T
    del log[:]
    return taken
