"""Connections of one kind in one agent: joined, paced, heard, accounted for."""

import asyncio
import ssl
from collections.abc import Callable, Sequence

import numpy as np

from wswarm.drive.agent import driver as driver_named
from wswarm.drive.clock import now_ns
from wswarm.drive.connection import Driver, Ended, Settings
from wswarm.drive.live import wire
from wswarm.drive.live.sender import LiveSender
from wswarm.drive.manner import Manner
from wswarm.drive.swarm import Swarm
from wswarm.drive.tls import client_context
from wswarm.load.plan import Plan
from wswarm.stats.deliveries import FanoutTally
from wswarm.stats.findings import STILL_OPEN, Arrivals, Int64s, Sends, Sockets, Window, pack, unpack
from wswarm.stats.histogram import Histogram
from wswarm.stats.live_echo import LiveEchoTally
from wswarm.stats.tally import Leavers
from wswarm.units import NS_PER_S

_RECENT = 64
_BROADCASTS_BEYOND = 10_000  # numbers further on than the publishers' rate explains are a damaged mark's


class Squad:
    """Connections of one kind.

    Args:
        number: Its place among the agent's squads.
        say: Reports to the front end.
    """

    def __init__(
        self,
        number: int,
        order: wire.Squad,
        muster: wire.Muster,
        driver: Driver,
        say: Callable[[wire.Report], None],
    ) -> None:
        plan = order.plan
        self._elsewhere: dict[str, list[tuple[str, int]]] = {}
        self._contexts: dict[tuple[object, ...], ssl.SSLContext | None] = {}
        self.order, self.window = order, muster.window
        self._number, self._say = number, say
        self._ahead_ns = muster.ahead_ns if order.role == "subscribe" else 0  # others read marks of their own
        self.swarm = Swarm(plan, muster.prefix, driver, self._settings(plan, order.addresses), [])
        self.swarm.on_ended = self._note_end
        if order.is_heard:
            self.swarm.on_heard = self._note_heard
        self._handshakes = Histogram()
        self._joining: set[asyncio.Task[None]] = set()
        self.sender: LiveSender | None = None
        self._echoes: LiveEchoTally | None = None
        self._deliveries: FanoutTally | None = None
        if order.role in ("echo", "publish"):
            publishers = order.publishers if order.role == "publish" else 0
            self.sender = LiveSender(self.swarm, plan, publishers)
        if order.role == "echo":
            self._echoes = LiveEchoTally(muster.window)
        elif order.role == "subscribe":
            self._deliveries = FanoutTally(muster.window, 0, order.publishers, 0, 0)
        self._keep_to(muster.window)

    def join(self, join: wire.Join) -> None:
        """Open one more connection; the front end hears what became of it."""
        row = self.swarm.add(join.connection_id)
        task = asyncio.create_task(self._open(row, join))
        self._joining.add(task)
        task.add_done_callback(self._joining.discard)

    def speak(self, say: wire.Say) -> None:
        """Send a message now, and report when."""
        row = self.swarm.rows[say.row]
        sent_ns = 0
        if row.connection is not None and row.connection.is_open and row.left_ns == STILL_OPEN:
            sent_ns = now_ns()
            if say.is_binary:
                row.connection.say(say.payload, is_binary=True)
            else:
                row.connection.send(say.payload)
        self._say(wire.Said(self._number, say.row, say.number, sent_ns))

    def begin_hold(self, window: Window) -> None:
        """Forget the figures so far: those of the hold begin with it."""
        self.fold()
        self._keep_to(window)
        for tally in (self._echoes, self._deliveries):
            if tally is not None:
                tally.begin_hold(window)
        if self.sender is not None:
            self.sender.outbox.begin_hold()

    def cut(self, window: Window) -> None:
        """End the hold with the window's; if it never began, what came before it is forgotten too."""
        if window.hold_ns >= window.drain_ns:
            self.begin_hold(window)
        self._keep_to(window)

    def fold(self) -> None:
        """Add what was captured since the last time to the figures."""
        batch = self.swarm.capture.drain()
        if self._ahead_ns:
            batch = batch._replace(intended_ns=batch.intended_ns - self._ahead_ns)
        if self.sender is not None:
            self.sender.outbox.fold(self.window)
        if self._echoes is not None and self.sender is not None:
            self._echoes.record(batch, self.sender.log(), len(self.swarm.rows))
        elif self._deliveries is not None:
            self._reserve(int((batch.sequences * self.order.publishers + batch.publishers).max(initial=-1)))
            self._deliveries.record(batch)
        unmarked_ns = self.swarm.capture.drain_unmarked()
        for tally in (self._echoes, self._deliveries):
            if tally is not None:
                tally.note_unmarked(unmarked_ns)

    def is_owed(self, log: wire.Log | None) -> bool:
        """Settle as things stand; return whether something is owed that could still come."""
        self.fold()
        swarm = self.swarm
        leavers = Leavers(swarm.left_ns(), round(self.order.plan.drain * NS_PER_S))
        if self._echoes is not None and self.sender is not None:
            return not self._echoes.settle(self.sender.log(), swarm.closed_ns(), leavers).is_final
        if self._deliveries is not None and log is not None:
            sent_ns = unpack(log.sent_ns)
            self._deliveries.reserve(len(swarm.rows), len(sent_ns))
            self._deliveries.truncate(len(sent_ns), log.hold)
            settlement = self._deliveries.settle(sent_ns, swarm.opened_ns(), swarm.closed_ns(), leavers)
            return not settlement.is_final
        return False

    def parts(self) -> tuple[Sockets, Sends | None, Arrivals | None]:
        """Return what was found: of the sockets, sent, received."""
        arrivals = None
        if self._deliveries is not None:
            arrivals = self._deliveries.findings()
        elif self._echoes is not None:
            arrivals = self._echoes.arrivals()
        sends = self.sender.findings(self.window) if self.sender is not None else None
        return self.swarm.sockets(self._spoke_ns()), sends, arrivals

    def state(self) -> wire.SquadState:
        """Return how the squad stands."""
        swarm, tally = self.swarm, self._echoes or self._deliveries
        return wire.SquadState(
            requested=len(swarm.rows),
            opened=swarm.opened,
            open=swarm.open,
            failures=dict(swarm.said.failures),
            refusals=dict(swarm.said.refusals),
            closes=dict(swarm.said.endings),
            handshakes=self._handshakes.pack(),
            sent=self.sender.outbox.sent_in_hold if self.sender else 0,
            received=tally.response.n if tally else 0,
            duplicated=tally.duplicated if tally else 0,
            reordered=tally.reordered if tally else 0,
            times=tally.response.pack() if tally else b"",
            recent=self._recent(),
        )

    def _spoke_ns(self) -> Int64s | None:
        """Return per row when it sent last, where each row sends for itself."""
        if self.sender is None or self._echoes is None:
            return None
        log = self.sender.log()
        spoke_ns: Int64s = np.zeros(len(self.swarm.rows), np.int64)
        np.maximum.at(spoke_ns, log.rows, log.sent_ns)
        return spoke_ns

    async def _open(self, row: int, join: wire.Join) -> None:
        own = None
        if join.plan is not None:
            addresses = join.addresses or self.order.addresses
            own = Manner(join.plan, driver_named(join.plan.driver), self._settings(join.plan, addresses))
        failure = await self.swarm.open_one(row, own)
        timing = self.swarm.rows[row].timing
        handshake_ns = timing.opened_ns - timing.started_ns if timing is not None else 0
        if timing is not None:
            self._handshakes.record(np.array([handshake_ns]))
        self._say(wire.Joined(self._number, row, handshake_ns, failure))

    def _settings(self, plan: Plan, addresses: Sequence[tuple[str, int]]) -> Settings:
        """Return what the driver has to know of a plan; contexts, which take milliseconds to make, are shared."""
        tls = (plan.is_secure, plan.follow, plan.insecure, plan.cacert, plan.cert, plan.key)
        if tls not in self._contexts:
            self._contexts[tls] = client_context(plan)
        return Settings(
            addresses=list(addresses),
            sources=plan.bind,
            context=self._contexts[tls],
            is_binary=plan.binary,
            subprotocols=plan.subprotocols,
            deflate=plan.deflate,
            timeout=plan.connect_timeout,
            sni=plan.sni,
            elsewhere=self._elsewhere,
        )

    def _keep_to(self, window: Window) -> None:
        self.window = window
        for tally in (self._echoes, self._deliveries):
            if tally is not None:
                tally.window = window
        if self.sender is not None:
            self.sender.cut(window)

    def _reserve(self, index: int) -> None:
        """Make room for the broadcast of that number, if there can be one."""
        tally = self._deliveries
        if tally is None:
            return
        elapsed_s = (now_ns() - self.window.origin_ns) / NS_PER_S
        most = 2 * elapsed_s * (self.order.plan.rate or 0) + _BROADCASTS_BEYOND
        broadcasts = tally.broadcasts
        if broadcasts <= index < most:
            broadcasts = max(index + 1, 2 * broadcasts)
        tally.reserve(len(self.swarm.rows), broadcasts)

    def _recent(self) -> wire.Recent:
        tally = self._deliveries
        if tally is None:
            return wire.Recent()
        index = np.flatnonzero(tally.last_ns >= 0)[-_RECENT:]
        columns = (index, tally.received_by[index], tally.first_ns[index], tally.last_ns[index])
        return wire.Recent(**dict(zip(wire.Recent.__struct_fields__, map(pack, columns), strict=True)))

    def _note_end(self, row: int, ended: Ended) -> None:
        self._say(wire.Ended(self._number, row, ended.code))

    def _note_heard(self, row: int, payload: bytes, received_ns: int) -> None:
        self._say(wire.Heard(self._number, row, received_ns, payload))
