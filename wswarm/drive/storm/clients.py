"""Clients that are dropped together, and come back one by one, each by its policy."""

import asyncio
from collections import Counter
from collections.abc import Callable

import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.connection import Connection
from wswarm.drive.fleet import wire
from wswarm.drive.parting import part_soon
from wswarm.drive.storm.client import MOST_CONNECTIONS, DroppedClient, policy_maker
from wswarm.drive.swarm import Swarm
from wswarm.drive.timers import seconds_to
from wswarm.drive.waiting import wait_until
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, pack
from wswarm.stats.heard import Heard
from wswarm.stats.per_second import PerSecond
from wswarm.stats.returns import TICK_NS, Returns, was_queued


class Clients:
    """The clients of one group.

    Args:
        heard: What each row has heard.
    """

    def __init__(self, swarm: Swarm, reconnect: wire.Reconnect, heard: Heard) -> None:
        self._swarm, self._reconnect, self._heard = swarm, reconnect, heard
        self._dropped: list[DroppedClient] = []
        self._away: set[DroppedClient] = set()
        self._of_row: dict[int, DroppedClient] = {}
        self._silent: list[Connection] = []
        self._early: list[int] = []  # lost before we knew that it was time
        self._attempted, self._opened = list[int](), list[int]()
        self._attempts, self._handshakes = PerSecond(), PerSecond()
        self._refused: Counter[str] = Counter()
        self._queued = 0
        self._drop: wire.Drop | None = None
        self._end_ns = int(STILL_OPEN)
        self._moved = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._group: asyncio.TaskGroup | None = None

    @property
    def dropped(self) -> int:
        """How many have been dropped."""
        return len(self._dropped)

    @property
    def away(self) -> int:
        """How many of them have had no message since, as far as folded."""
        return len(self._away)

    def tell(self, drop: wire.Drop) -> None:
        """Take it that they are to be dropped."""
        self._drop = drop
        self._moved.set()

    def end(self, moment_ns: int) -> None:
        """Have nobody try any more from that moment on."""
        self._end_ns = min(self._end_ns, moment_ns)
        self._moved.set()

    async def live(self) -> None:
        """Be dropped when that is due, if ever, come back, and return when nobody tries any more."""
        await wait_until(lambda: self._drop.at_ns if self._drop is not None else self._end_ns, self._moved)
        drop = self._drop
        if drop is None or now_ns() >= self._end_ns:
            return
        self.end(drop.until_ns)
        async with asyncio.TaskGroup() as self._group:
            if drop.how == "restart":
                for number in self._early:
                    self._take_for_dropped(number, drop)
            else:
                self._drop_all({"reset": _reset, "close": part_soon, "silent": self._fall_silent}[drop.how])
            await wait_until(lambda: self._end_ns, self._moved)
            self._group = None
            for task in self._tasks:
                task.cancel()

    def note_lost(self, number: int) -> None:
        """Take it that the target has closed a connection, or restarts: its client comes back."""
        client = self._of_row.get(number)
        if client is not None:
            self._begin(client)
        elif self._group is None or self._drop is None:
            self._early.append(number)
        elif self._drop.how == "restart":
            self._take_for_dropped(number, self._drop)

    def fold(self) -> None:
        """Add what was done since the last time to the figures, and see who is back."""
        due_ns = self._drop.at_ns if self._drop is not None else 0
        for moments, counts in ((self._attempted, self._attempts), (self._opened, self._handshakes)):
            counts.add((np.array(moments, np.int64) - due_ns) // TICK_NS)
            moments.clear()
        for client in [client for client in self._away if self._back_ns(client) != STILL_OPEN]:
            self._away.remove(client)
            client.forget_chance()

    def returns(self) -> Returns:
        """Return how they came back."""
        self.fold()
        clients = self._dropped
        columns = [
            (one.dropped_ns, one.ready_ns, self._back_ns(one), one.attempts, self._missed(one))
            for one in clients
        ]
        dropped_ns, ready_ns, back_ns, attempts, missed = np.array(columns, np.int64).reshape(-1, 5).T
        return Returns(
            dropped_ns=pack(dropped_ns),
            ready_ns=pack(ready_ns),
            back_ns=pack(back_ns),
            attempts=pack(attempts),
            missed=pack(missed),
            attempts_per_tick=pack(self._attempts.counts),
            handshakes_per_tick=pack(self._handshakes.counts),
            refused=dict(self._refused),
            queued=self._queued,
        )

    def hang_up(self) -> None:
        """End the connections that have fallen silent."""
        for connection in self._silent:
            connection.abort()

    def _drop_all(self, part: Callable[[Connection], None]) -> None:
        for row in self._swarm.rows_open().tolist():
            self._swarm.leave(row, part)
            self._note_dropped(row)

    def _fall_silent(self, connection: Connection) -> None:
        tap = connection.tap()
        if tap is not None:
            tap.shut()
        self._silent.append(connection)

    def _take_for_dropped(self, number: int, drop: wire.Drop) -> None:
        """Take a connection for dropped by us that was lost when it was time."""
        row = self._swarm.rows[number]
        if drop.at_ns <= row.closed_ns < STILL_OPEN:
            row.left_ns, row.closed_ns, row.ending = row.closed_ns, int(STILL_OPEN), UNKNOWN
            self._note_dropped(number)

    def _note_dropped(self, number: int) -> None:
        make = policy_maker(self._reconnect.policy, self._reconnect.seed, self._swarm.id_of(number))
        client = DroppedClient(number, self._swarm.rows[number].left_ns, make)
        self._dropped.append(client)
        self._away.add(client)
        self._begin(client)

    def _begin(self, client: DroppedClient) -> None:
        if self._group is not None and len(client.rows) < MOST_CONNECTIONS:
            task = self._group.create_task(self._come_back(client))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _come_back(self, client: DroppedClient) -> None:
        """Try until a connection is ready, or the policy gives up; a failed attempt uses its row again."""
        number: int | None = None
        for delay_ns in client.policy():
            await asyncio.sleep(seconds_to(now_ns() + delay_ns))
            if number is None:
                number = self._swarm.add(
                    self._swarm.id_of(client.first), self._swarm.values_of(client.first) or None
                )
            self._attempted.append(now_ns())
            client.attempts += client in self._away
            failure = await self._swarm.open_one(number)
            if failure is None:
                self._note_ready(client, number)
                return
            self._swarm.forgive(failure)
            self._refused[failure] += 1

    def _note_ready(self, client: DroppedClient, number: int) -> None:
        row = self._swarm.rows[number]
        if row.timing is not None:
            self._opened.append(row.timing.opened_ns)
            self._queued += was_queued(row.timing.tcp_ns)
        client.note_ready(number, row.ready_ns)
        self._of_row[number] = client
        if row.closed_ns != STILL_OPEN:  # lost before it was known whose it was
            self._begin(client)

    def _back_ns(self, client: DroppedClient) -> int:
        return min((self._heard.first_of(row) for row in client.rows), default=int(STILL_OPEN))

    def _missed(self, client: DroppedClient) -> int:
        heard = (row for row in client.rows if self._heard.first_of(row) != STILL_OPEN)
        return next((self._heard.missed(client.first, row) for row in heard), UNKNOWN)


def _reset(connection: Connection) -> None:
    connection.reset()
