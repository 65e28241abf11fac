"""Connections of one kind in one agent: joined, paced, heard, accounted for."""

import asyncio
import ssl
from collections.abc import Callable, Sequence

import numpy as np

from wswarm.drive.account import Account, Deliveries, Echoes, Publishing, sends_of
from wswarm.drive.agent import driver as driver_named
from wswarm.drive.clock import now_ns
from wswarm.drive.connection import Driver, Ended, Settings
from wswarm.drive.live import wire
from wswarm.drive.live.sender import LiveSender
from wswarm.drive.manner import Manner
from wswarm.drive.sender import patience_ns
from wswarm.drive.swarm import Swarm
from wswarm.drive.tls import client_context
from wswarm.load.plan import Plan
from wswarm.stats.findings import STILL_OPEN, Arrivals, Packed, Reached, Sends, Sockets, Window, pack
from wswarm.stats.histogram import Histogram
from wswarm.stats.published import read_log
from wswarm.stats.tally import Tally

_RECENT = 64
_LAST_ID = (1 << 32) - 1  # who else there is nobody tells


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
        self.account: Account | None = None
        self._enlist(muster.window)
        self._keep_to(muster.window)

    def _enlist(self, window: Window) -> None:
        """Give the squad the account, and the sender, of its role."""
        order, swarm, plan = self.order, self.swarm, self.order.plan
        if order.role == "echo":
            self.account = echoes = Echoes(swarm, window, _LAST_ID, patience_ns(plan))
            self.sender = LiveSender(swarm, plan, 0, echoes.tally.expect)
        elif order.role == "publish":
            self.account = log = Publishing()
            self.sender = LiveSender(swarm, plan, len(order.publishers), log.expect)
        elif order.role == "subscribe":
            self.account = Deliveries(swarm, window, order.publishers, patience_ns(plan))

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
        if self.tally is not None:
            self.tally.begin_hold(window)
        if self.sender is not None:
            self.sender.outbox.begin_hold()

    def cut(self, window: Window) -> None:
        """End the hold with the window's; if it never began, what came before it is forgotten too."""
        if window.hold_ns >= window.drain_ns:
            self.begin_hold(window)
        self._keep_to(window)

    @property
    def tally(self) -> Tally | None:
        """What is received, if that is accounted for."""
        return self.account.tally if self.account is not None else None

    def fold(self) -> None:
        """Add what was captured since the last time to the figures."""
        account, sender = self.account, self.sender
        if account is not None and sender is not None:
            handled = sender.outbox.fold(self.window)
            unsent = np.concatenate((handled.unsent, sender.dropped()))
            account.handle(handled._replace(unsent=unsent))
        batch = self.swarm.capture.drain()
        if self._ahead_ns:
            batch = batch._replace(intended_ns=batch.intended_ns - self._ahead_ns)
        unmarked_ns = self.swarm.capture.drain_unmarked()
        if account is not None:
            account.take(batch)
        if self.tally is not None:
            self.tally.note_unmarked(unmarked_ns)

    def publish(self, log: Packed) -> None:
        """Take in what others have published."""
        if isinstance(self.account, Deliveries):
            self.account.publish(read_log(log))

    def news(self) -> Packed:
        """Return what was published since the last time."""
        return self.account.news() if isinstance(self.account, Publishing) else b""

    def take_settled(self) -> list[Reached]:
        """Return what became of the broadcasts settled since the last time."""
        return self.account.tally.take_settled() if isinstance(self.account, Deliveries) else []

    def is_owed(self) -> bool:
        """Return whether something is owed that could still come."""
        return self.account is not None and self.account.is_owed()

    def settle_some(self, *, is_over: bool = False) -> bool:
        """Settle some of what is due, or of all if nothing more will come; return whether that leaves some."""
        return self.account is not None and self.account.settle_some(is_over=is_over)

    def parts(self) -> tuple[Sockets, Sends | None, Arrivals | None]:
        """Return what was found: of the sockets, sent, received."""
        account = self.account
        arrivals = account.findings() if account is not None else None
        sends = sends_of(self.sender, account)
        return self.swarm.sockets(account.spoke_ns() if account is not None else None), sends, arrivals

    def state(self) -> wire.SquadState:
        """Return how the squad stands."""
        swarm, tally = self.swarm, self.tally
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
        if self.tally is not None:
            self.tally.window = window
        if self.sender is not None:
            self.sender.cut(window)

    def _recent(self) -> wire.Recent:
        if not isinstance(self.account, Deliveries):
            return wire.Recent()
        found = self.account.tally.latest(_RECENT)
        some = found.received > 0
        columns = (found.numbers, found.received, found.first_ns, found.last_ns)
        names = wire.Recent.__struct_fields__
        return wire.Recent(**{name: pack(column[some]) for name, column in zip(names, columns, strict=True)})

    def _note_end(self, row: int, ended: Ended) -> None:
        self._say(wire.Ended(self._number, row, ended.code))

    def _note_heard(self, row: int, payload: bytes, received_ns: int) -> None:
        self._say(wire.Heard(self._number, row, received_ns, payload))
