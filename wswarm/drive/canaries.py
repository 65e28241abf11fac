"""Messages before the load that tell who is a subscriber, where the protocol has no word for it."""

import asyncio
from itertools import count

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet.state import NO_CANARY
from wswarm.drive.swarm import Swarm
from wswarm.load.marker import write_mark
from wswarm.load.role import Role
from wswarm.stats.findings import STILL_OPEN

BEFORE_NS = 1  # when canaries are intended: before any load, which takes none of them for its own


class Canaries:
    """Publishes canaries on a group's connections, which may be in rooms of their own, or looks on which they came.

    Attributes:
        reached: Rows that have received a marked message before the load.
    """

    def __init__(self, swarm: Swarm, role: Role) -> None:
        self._swarm, self._role = swarm, role
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None
        self.reached: set[int] = set()

    def obey(self, every_s: float) -> None:
        """Publish one so often; 0: no more, and connections that none has reached have failed."""
        self.stop()
        if self._role == "publish" and every_s:
            self._publish(every_s)
        elif self._role != "publish" and not every_s:
            self._confirm()

    def stop(self) -> None:
        """Publish no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _publish(self, every_s: float) -> None:
        for number in self._swarm.rows_open().tolist():
            row = self._swarm.rows[number]
            if row.connection is not None and row.payload is not None and row.connection.is_writable:
                mark = write_mark(self._swarm.id_of(number), next(self._numbers), BEFORE_NS)
                row.connection.send(mark.join(row.payload.parts))
        self._timer = asyncio.get_running_loop().call_later(every_s, self._publish, every_s)

    def _confirm(self) -> None:
        self._swarm.is_confirmed = True
        for number in self._swarm.rows_open().tolist():
            if number not in self.reached:
                self._reject(number)

    def _reject(self, number: int) -> None:
        """Take a connection that was ready for failed."""
        swarm, row = self._swarm, self._swarm.rows[number]
        if row.connection is not None:
            swarm.addresses[row.connection.address] -= 1
        refusal = swarm.leave(number)
        swarm.opened -= 1
        row.timing, row.ready_ns = None, STILL_OPEN
        swarm.failed_ns.append(now_ns())
        swarm.said.note_failure(refusal or NO_CANARY)
