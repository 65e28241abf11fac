"""Groups of a storm: subscribers that are dropped and come back, publishers that outlive a restart."""

import asyncio
from random import Random

import msgspec

from wswarm.drive.account import Account
from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.connection import Ended
from wswarm.drive.fleet import wire
from wswarm.drive.group import Group
from wswarm.drive.sender import patience_ns
from wswarm.drive.storm.clients import Clients
from wswarm.drive.storm.hearing import Hearing
from wswarm.drive.timers import seconds_to
from wswarm.load.reconnect import client_of
from wswarm.stats.again import split
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Effort, Findings, Sockets, Window, unpack
from wswarm.stats.heard import Heard


class StormGroup(Group):
    """Subscribers that are dropped and come back; takes the same as a `Group`."""

    def make_ready(self) -> None:
        """As `Group.make_ready`."""
        assert self.order.reconnect is not None
        self._heard = Heard()
        self._clients = Clients(self.swarm, self.order.reconnect, self._heard)
        self._first: Sockets | None = None
        self.swarm.on_ended = self._note_ended

    async def join(self, join: wire.Join) -> None:
        """Open the connections, then be ready for the storm."""
        await super().join(join)
        await self._clients.live()

    def obey(self, command: wire.OfGroup) -> None:
        """Do what the command says."""
        if isinstance(command, wire.Drop):
            self._first = self.swarm.sockets()
            self._clients.tell(command)
        else:
            super().obey(command)

    def cut(self, window: Window) -> None:
        """Keep to this window: nobody comes back after its hold."""
        super().cut(window)
        self._clients.end(window.drain_ns)

    def fold(self) -> None:
        """Add what was captured since the last time to the figures."""
        super().fold()
        self._clients.fold()

    def findings(self, effort: Effort, *, is_over: bool = True) -> Findings:
        """Return all that was found; connections in place of others are told apart."""
        found = super().findings(effort, is_over=is_over)
        returns = self._clients.returns()
        if self._first is None or not is_over:
            return msgspec.structs.replace(found, returns=returns)
        first, again = split(found.sockets, self._first)
        return msgspec.structs.replace(found, sockets=first, again=again, returns=returns)

    def state(self) -> wire.GroupState:
        """Return how the group stands."""
        state = msgspec.structs.replace(
            super().state(), dropped=self._clients.dropped, away=self._clients.away
        )
        if self._first is None:
            return state
        first = self._first
        opened = len(unpack(first.opened_ns))
        return msgspec.structs.replace(
            state, requested=first.requested, opened=opened, failures=first.failures
        )

    async def close(self) -> None:
        """Close all connections."""
        self._clients.hang_up()
        await super().close()

    def _account(self, window: Window) -> Account:
        """Return what receives, and notes what each connection hears first and last."""
        order, patience = self.order, patience_ns(self.order.patience_s)
        is_answered = order.is_answered
        account = Hearing(self.swarm, window, order.publishers, patience, is_answered=is_answered)
        account.heard = self._heard
        return account

    def _note_ended(self, row: int, _: Ended) -> None:
        self._clients.note_lost(row)


class PublishersGroup(Group):
    """Publishers whose target is restarted: each opens its connection again; takes the same as a `Group`.

    They are owed nothing, so the row stays the same.
    """

    def make_ready(self) -> None:
        """As `Group.make_ready`."""
        assert self.order.reconnect is not None
        self._reconnect = self.order.reconnect
        self._lost: asyncio.Queue[int] = asyncio.Queue()
        self._window_end_ns = int(STILL_OPEN)
        self.swarm.on_ended = self._note_ended

    async def join(self, join: wire.Join) -> None:
        """Open the connections, then open again those that are lost."""
        await super().join(join)
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._reopen(await self._lost.get()))

    def cut(self, window: Window) -> None:
        """Keep to this window."""
        super().cut(window)
        self._window_end_ns = window.drain_ns

    async def _reopen(self, number: int) -> None:
        delays = client_of(self._reconnect.policy, Random(self._reconnect.seed))()
        for delay_ns in delays:
            await asyncio.sleep(seconds_to(now_ns() + delay_ns))
            if now_ns() >= self._window_end_ns:
                return
            failure = await self.swarm.open_one(number)
            if failure is None:
                return
            self.swarm.forgive(failure)

    def _note_ended(self, number: int, _: Ended) -> None:
        row = self.swarm.rows[number]
        row.closed_ns, row.ending = int(STILL_OPEN), UNKNOWN
        self._lost.put_nowait(number)
