"""A recording played on connections, each from its opening on: who has to send what, who has heard what."""

import asyncio
from array import array
from collections import Counter
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.drive.swarm import Swarm
from wswarm.drive.takers import Takers
from wswarm.drive.timers import make_timer
from wswarm.load.player import NEVER_NS, Places, Player
from wswarm.load.replay import Replay
from wswarm.stats.drops import OTHER
from wswarm.stats.findings import STILL_OPEN, Int64s
from wswarm.stats.replayed import UNTIMED, Played

_EARLY = 10_000  # messages that may come before a connection is known to be open; what is more is dropped
_REASONS = 32


class SentMoments(NamedTuple):
    """When messages should have been sent, and were; arrays of one length."""

    intended_ns: Int64s
    sent_ns: Int64s


class CameMoments(NamedTuple):
    """What came as recorded; arrays of one length.

    Attributes:
        places: Among the score's answers. `times_ns`: since the message that it answers was sent, or `UNTIMED`.
    """

    places: Int64s
    times_ns: Int64s
    received_ns: Int64s


class Playing:
    """Plays a score on each connection of a swarm.

    Attributes:
        end_ns: What is planned for later is not sent.
        unexpected: Messages that the recording has none of. `protocol`: pings beyond those of the recording. `pongs`:
            answers to pings, which are sent besides.
    """

    def __init__(self, swarm: Swarm, replay: Replay) -> None:
        self._swarm, self._score, self._speed = swarm, replay.score, replay.speed
        self._places = Places(replay.score)
        self._players: dict[int, Player] = {}
        self._early: dict[int, list[tuple[bytes, int]]] = {}
        self._due: list[tuple[int, int]] = []
        self._armed: dict[int, int] = {}
        self._is_stopped = False
        self._sent, self._came = array("q"), array("q")
        self._timer = make_timer(asyncio.get_running_loop(), self._send_due)
        self.end_ns = STILL_OPEN
        self.unexpected = self.protocol = self.pongs = 0
        swarm.on_writable = self.go_on

    def takers(self, row: int) -> Takers:
        """Return what takes the messages of a connection that is about to open."""

        def take(_: int, payload: bytes) -> bool:
            self.hear(row, payload, now_ns())
            return True

        return Takers(take, None)

    def begin(self, row: int) -> None:
        """Play on a row, which is ready."""
        ready_ns = self._swarm.rows[row].ready_ns
        self._players[row] = Player(self._places, self._score.secrets, ready_ns, self._speed)
        for payload, received_ns in self._early.pop(row, []):
            self.hear(row, payload, received_ns)
        self.go_on(row)

    def drop(self, row: int) -> None:
        """Forget a row that did not open."""
        self._early.pop(row, None)

    def hear(self, row: int, payload: bytes, received_ns: int) -> None:
        """Take in what came on a row."""
        player = self._players.get(row)
        if player is None:
            early = self._early.setdefault(row, [])
            if len(early) < _EARLY:
                early.append((payload, received_ns))
            return
        known = len(player.given)
        matched = player.hear(payload, received_ns)
        if len(player.given) > known:
            self._swarm.values[row] = player.given
        pong = player.answer_to(payload)
        if pong is not None:
            self._answer(row, received_ns, *pong)
        if matched is None:
            self.unexpected += pong is None
            self.protocol += pong is not None
        else:
            time_ns = UNTIMED if matched.after_ns is None else matched.after_ns
            self._came.extend((matched.place, time_ns, received_ns))
        if player.due_ns() != self._armed.get(row, NEVER_NS):
            self.go_on(row)

    def has_played(self, row: int) -> bool:
        """Return whether all was sent on a row, and all has come."""
        return row in self._players and self._players[row].is_over

    def stop(self) -> None:
        """Send nothing more."""
        self._is_stopped = True
        self._timer.close()

    def is_owed(self) -> bool:
        """Return whether something could still be sent, or come."""
        return any(
            self._swarm.rows[row].connection is not None and self._is_under_way(player)
            for row, player in self._players.items()
        )

    def take(self) -> tuple[SentMoments, CameMoments]:
        """Return what was sent and what came since the last time."""
        return SentMoments(*_taken(self._sent, 2)), CameMoments(*_taken(self._came, 3))

    def played(self) -> Played:
        """Return how all stands."""
        total = len(self._places.turns)
        offered = disconnected = blocked = lost = silent = 0
        missing = np.zeros(len(self._score.answers), np.int64)
        failures: Counter[str] = Counter()
        for row, player in self._players.items():
            is_open, left = self._swarm.rows[row].connection is not None, total - player.sent
            late = 0 if is_open and player.lacks() is not None else player.planned_until(self.end_ns)
            offered += player.sent + late
            disconnected += 0 if is_open else late
            blocked += late if is_open else 0
            absent = np.array(player.absent(self.end_ns), np.bool_)
            missing += absent
            lost += 0 if is_open else int(absent.sum())
            silent += int(absent.sum()) if is_open else 0
            if left and (why := self._failure(player, is_open=is_open)) is not None:
                failures[why if why in failures or len(failures) < _REASONS else OTHER] += 1
        finished = sum(player.sent == total for player in self._players.values())
        return Played(
            started=len(self._players),
            finished=finished,
            failures=dict(failures),
            offered=offered + self.pongs,
            disconnected=disconnected,
            blocked=blocked,
            missing_disconnected=lost,
            missing_silent=silent,
            missing=missing.tolist(),
            unexpected=self.unexpected,
        )

    def go_on(self, row: int) -> None:
        """Send what is due on a row, and wake up for what is due next."""
        player = self._players.get(row)
        connection = self._swarm.rows[row].connection
        if player is None or connection is None or self._is_stopped:
            return
        while (due_ns := self._due_ns(player)) <= (now := now_ns()):
            if not connection.is_open or not connection.is_writable:
                self._armed.pop(row, None)  # goes on when there is room
                return
            due = player.take_turn(now)
            connection.say(due.payload, is_binary=due.is_binary)
            self._sent.extend((due.intended_ns, now))
        self._arm(row, due_ns)

    def _is_under_way(self, player: Player) -> bool:
        """Return whether something is still to be sent or to come."""
        if player.is_over:
            return False
        return any(player.absent(self.end_ns)) if player.is_cut_off(self.end_ns) else True

    def _due_ns(self, player: Player) -> int:
        return player.due_ns() if player.planned_ns() <= self.end_ns else NEVER_NS

    def _answer(self, row: int, received_ns: int, pong: bytes, is_binary: bool) -> None:
        """Answer a ping at once."""
        connection = self._swarm.rows[row].connection
        if connection is not None and connection.is_open:
            self.pongs += 1
            self._sent.extend((received_ns, now_ns()))
            connection.say(pong, is_binary=is_binary)

    def _failure(self, player: Player, *, is_open: bool) -> str | None:
        """Return why a connection has not sent all of the recording; `None`: the run has ended before."""
        where = f"message {player.sent + 1} of {len(self._places.turns)}"
        if not is_open:
            return f"closed before {where}"
        lacking = player.lacks()
        return f"{where} needs {lacking!r}, which the server did not give" if lacking is not None else None

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
                self.go_on(row)
        if self._due and not self._is_stopped:
            self._timer.arm(self._due[0][0])


def _taken(log: "array[int]", columns: int) -> Int64s:
    """Return what was logged, a row of each column, and empty the log."""
    taken = np.array(log, np.int64).reshape(-1, columns).T
    del log[:]
    return taken
