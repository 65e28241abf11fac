"""Connections that can be told to read slowly."""

import asyncio

import msgspec
import numpy as np

from wswarm.drive.account import Deliveries
from wswarm.drive.fleet import wire
from wswarm.drive.group import Group
from wswarm.drive.throttle import Throttle
from wswarm.drive.timers import seconds_to
from wswarm.stats.findings import Packed, Window
from wswarm.stats.published import read_log


class Readers(Group):
    """Subscribers that can be told to read slowly; in all else as others.

    They have caught up as soon as everybody who is open has received a broadcast that was due after they were told to
    read all that comes: what is sent to one comes in order, so there is nothing before it any more.
    """

    def make_ready(self) -> None:
        """As `Group.make_ready`."""
        self._throttle = Throttle()
        self._due: list[asyncio.TimerHandle] = []
        self._opened_ns = 0
        self._first_after: int | None = None
        self._is_stopped = False

    def load(self, window: Window) -> None:
        """As `Group.load`."""
        super().load(window)
        self._is_stopped = False

    def obey(self, command: wire.OfGroup) -> None:
        """As `Group.obey`; what is read how fast changes at its moment."""
        if not isinstance(command, wire.Read):
            super().obey(command)
            return
        if self._is_stopped:  # the hold was ended meanwhile
            return
        later = asyncio.get_running_loop().call_later(seconds_to(command.at_ns), self._read, command)
        self._due.append(later)

    def publish(self, log: Packed) -> None:
        """As `Group.publish`."""
        super().publish(log)
        if self._opened_ns and self._first_after is None and log:
            published = read_log(log)
            after = published.sequences[published.intended_ns >= self._opened_ns]
            self._first_after = int(after.min()) if len(after) else None

    def stop(self) -> None:
        """As `Group.stop`; from then on all is read."""
        super().stop()
        self._is_stopped = True
        for handle in self._due:
            handle.cancel()
        self._due.clear()
        self._throttle.open()

    async def close(self) -> None:
        """As `Group.close`."""
        self._throttle.close()
        await super().close()

    def state(self) -> wire.GroupState:
        """As `Group.state`."""
        caught_up_ns = self._opened_ns if self._opened_ns and self._has_caught_up() else 0
        return msgspec.structs.replace(super().state(), caught_up_ns=caught_up_ns)

    def _read(self, command: wire.Read) -> None:
        self._opened_ns, self._first_after = 0, None
        if command.rate is None:
            self._throttle.open()
            self._opened_ns = command.at_ns
            return
        connections = (row.connection for row in self.swarm.rows if row.connection is not None)
        taps = [tap for connection in connections if (tap := connection.tap()) is not None]
        self._throttle.shut(taps, command.rate)

    def _has_caught_up(self) -> bool:
        if not self.swarm.open:
            return True
        if self._first_after is None or not isinstance(self.account, Deliveries):
            return False
        tally = self.account.tally
        latest = tally.order.latest(tally.audience.size, len(self.order.publishers))
        return bool(np.all(latest[self.swarm.rows_open()] >= self._first_after))
