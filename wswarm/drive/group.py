"""Connections of one kind in one agent: joined, paced, heard, accounted for."""

from collections.abc import Callable
from itertools import repeat

import numpy as np

from wswarm.drive.account import Account, Deliveries, Echoes, Publishing, sends_of
from wswarm.drive.accounts import Before, account_of
from wswarm.drive.canaries import Canaries
from wswarm.drive.capture import Load
from wswarm.drive.clock import now_ns
from wswarm.drive.closed import ClosedSender
from wswarm.drive.counted import counts_of
from wswarm.drive.drivers.connection import Driver
from wswarm.drive.fleet import wire
from wswarm.drive.ramp import when_over
from wswarm.drive.recent import recent_of
from wswarm.drive.sampler import Sampler
from wswarm.drive.sender import OpenSender, Sender, patience_ns
from wswarm.drive.swarm import Swarm
from wswarm.drive.telling import Telling
from wswarm.drive.way import Ways
from wswarm.load.pace import Pace
from wswarm.stats.findings import STILL_OPEN, Effort, Findings, Packed, Reached, Window, pack, unpack
from wswarm.stats.published import read_log
from wswarm.stats.tally import CLOCKS_NS, Tally


class Group:
    """Connections of one kind.

    Args:
        number: Its place among the agent's groups.
        driver: Returns the driver of a name.
        say: Reports to the front end.

    Attributes:
        handled: Messages of the load that were sent or received so far.
        on_decided: Called with the row of a connection that opened or failed, and why it did.
    """

    def __init__(
        self,
        number: int,
        order: wire.Group,
        begin: wire.Begin,
        driver: Callable[[str], Driver],
        say: Callable[[wire.Report], None],
    ) -> None:
        self._ways = Ways(driver, order.values, order.receive_buffer)
        self.order = order
        self._number, self._begin, self._say = number, begin, say
        self._ahead_ns = begin.ahead_ns if order.role == "subscribe" else 0  # others read marks of their own
        self.swarm = Swarm(self._ways.of(order.manner, order.role, order.addresses), begin.prefix)
        self.canaries = Canaries(self.swarm, order.role)
        self.swarm.is_replying = order.is_closed
        self.on_decided: Callable[[int, str | None], None] | None = None
        self._telling = Telling(number, self.swarm, say)
        self.swarm.traces.most, self.swarm.traces.tell = order.traced, self._telling.traced
        if order.is_followed:
            self.swarm.on_ended, self.on_decided = self._telling.ended, self._telling.decided
        if order.is_heard:
            self.swarm.on_heard = self._telling.heard
        self._window = Window(0, 0, STILL_OPEN, STILL_OPEN)
        self._earliest_ns, self._made_ns = 0, now_ns() - CLOCKS_NS
        self.handled = self._first_number = 0
        self.sampler = Sampler(order.sampled, number, self.swarm, say)
        self.sender: Sender | None = None
        self.account: Account | None = None
        self.make_ready()

    def make_ready(self) -> None:
        """Make what a kind of groups has besides; all else is there."""

    async def join(self, join: wire.Join) -> None:
        """Open more connections; the front end hears what became of them."""
        rows = [
            self.swarm.add(connection_id, dict(zip(join.columns, values, strict=True)))
            for connection_id, values in zip(join.ids, join.data or repeat(()), strict=False)
        ]
        starts_ns: list[int] = unpack(join.starts_ns).tolist() if join.starts_ns else [0] * len(rows)
        own = None
        if join.manner is not None:
            own = self._ways.of(join.manner, self.order.role, join.addresses or self.order.addresses)
        await self.swarm.open_all(rows, starts_ns, own, self.on_decided, join.at_once)
        if not self.order.is_followed:
            self._say(wire.Opened(self._number, self.open_rows()))

    def obey(self, command: wire.OfGroup) -> None:
        """Do what the command says."""
        if isinstance(command, Pace):
            self.pace(command)
        elif isinstance(command, wire.Say):
            self._telling.speak(command)
        elif isinstance(command, wire.Leave):
            self.leave(command.row)
        elif isinstance(command, wire.Canary):
            self.fold()
            self.canaries.obey(command.every_s)

    def leave(self, row: int) -> None:
        """Close the connection in a row before the end."""
        self.swarm.leave(row)

    def load(self, window: Window) -> None:
        """Account for what is intended from the window's start on; forget what was before."""
        self.stop()
        self.canaries.stop()
        self.fold()
        if isinstance(self.sender, OpenSender) and isinstance(self.account, Publishing):
            self._first_number = self.sender.numbered  # a broadcast of before may still be on its way
        self.sender, self.account = None, self._account(window)
        self.sampler.follow(self.account)
        self._window, self._earliest_ns, self.handled = window, window.start_ns, 0
        self.swarm.begin_load()

    def pace(self, pace: Pace) -> None:
        """Send at a pace, from its moment on."""
        if self.sender is None:
            self.sender = self._sender(pace)
        if self.sender is not None:
            self.sender.pace(pace)

    def cut(self, window: Window) -> None:
        """Keep to this window; if its hold has been put off, what came before it is forgotten."""
        when_over(window.drain_ns, self.swarm.end_ramp)
        if window.hold_ns > self._window.hold_ns and self.account is not None:
            self._load_nothing(window)
        self._window = window
        if self.tally is not None:
            self.tally.window = window
        if self.sender is not None:
            self.sender.cut(window)

    def _load_nothing(self, window: Window) -> None:
        """Begin a load in which nothing is sent, by whom something was."""
        is_sending = self.sender is not None
        self.load(window)
        if is_sending:
            self.pace(Pace(group=self._number, at_ns=window.start_ns, rate=0.0, senders=0, is_anew=True))

    @property
    def tally(self) -> Tally | None:
        """What is received, if that is accounted for."""
        return self.account.tally if self.account is not None else None

    def has_sent(self) -> bool:
        """Return whether all was sent that can be."""
        return self.sender is None or self.sender.is_done()

    def sends_until_ns(self, window: Window) -> int:
        """Return until when what is due in the window may be sent."""
        return window.drain_ns + (window.end_ns - window.drain_ns) // 2

    def stop(self) -> None:
        """Send nothing more."""
        if self.sender is not None:
            self.sender.stop()

    def tick(self) -> None:
        """Do what is due now and then."""
        if self.sender is not None:
            self.sender.tick()
        self.sampler.tell()

    def fold(self) -> None:
        """Add what was captured since the last time to the figures."""
        account, sender = self.account, self.sender
        if account is not None and sender is not None:
            sender.tell_due()
            handled = sender.outbox.fold(self._window)
            self.handled += len(handled.numbers)
            account.handle(handled._replace(unsent=np.concatenate((handled.unsent, sender.dropped()))))
        batch = self.swarm.capture.drain()
        if self._ahead_ns:
            batch = batch._replace(intended_ns=batch.intended_ns - self._ahead_ns)
        unmarked_ns = self.swarm.capture.drain_unmarked()
        is_of_load = (batch.intended_ns >= self._earliest_ns) | (batch.intended_ns < self._made_ns)
        if not is_of_load.all():  # the others are late ones of a load before; older ones nobody wrote
            batch = batch.where(is_of_load)
        self.handled += len(batch.rows) + len(unmarked_ns)
        if account is not None:
            account.take(batch)
        else:
            self.canaries.reached.update(batch.rows.tolist())
        if self.tally is not None:
            self.tally.note_unmarked(unmarked_ns)

    def publish(self, log: Packed) -> None:
        """Take in what others have published in this load."""
        if isinstance(self.account, Deliveries) and log:
            published = read_log(log)
            is_of_load = published.intended_ns >= self._earliest_ns
            self.account.publish(published.where(is_of_load))

    def news(self) -> Packed:
        """Return what was published since the last time."""
        return self.account.news() if isinstance(self.account, Publishing) else b""

    def take_settled(self) -> list[Reached]:
        """Return what is over: the broadcasts settled since the last time, the times of seconds that are past."""
        return self.tally.take_settled() if self.tally is not None else []

    def is_owed(self) -> bool:
        """Return whether something is owed that could still come."""
        return self.account is not None and self.account.is_owed()

    def settle_some(self, *, is_over: bool = False) -> bool:
        """Settle some of what is due, or of all if nothing more will come; return whether that leaves some."""
        return self.account is not None and self.account.settle_some(is_over=is_over)

    async def close(self) -> None:
        """Close all connections."""
        await self.swarm.close_all()

    def findings(self, effort: Effort, *, is_over: bool = True) -> Findings:
        """Return all that was found, and took that effort; or so far, without what there is of each connection."""
        account = self.account
        spoke_ns = account.spoke_ns() if account is not None and is_over else None
        found = Findings(
            sockets=self.swarm.sockets(spoke_ns, is_whole=is_over),
            effort=effort,
            cohort=self.order.cohort,
            words=self.swarm.words(),
            is_publisher=self.order.role == "publish",
            sends=sends_of(self.sender, account, is_over=is_over),
            arrivals=account.findings(is_over=is_over) if account is not None else None,
        )
        if is_over:
            self.sampler.end()
        return found

    def open_rows(self) -> Packed:
        """Return the rows that are open."""
        return pack(self.swarm.rows_open())

    def state(self) -> wire.GroupState:
        """Return how the group stands."""
        swarm, tally = self.swarm, self.tally
        return wire.GroupState(
            requested=len(swarm.rows),
            opened=swarm.opened,
            open=swarm.open,
            senders=swarm.open + len(swarm.lost_in_load),
            failures=dict(swarm.said.failures),
            refusals=dict(swarm.said.refusals),
            endings=dict(swarm.said.endings),
            refused=swarm.said.refused(),
            reached=len(self.canaries.reached),
            handshakes=self._telling.handshakes() if self.order.is_followed else b"",
            sent=self.sender.outbox.sent if self.sender else 0,
            received=tally.received_all if tally else 0,
            counts=counts_of(self.sender, tally),
            times=tally.response.pack() if tally else b"",
            recent=recent_of(self.account) if self.order.is_followed else wire.Recent(),
        )

    def _account(self, window: Window) -> Account | None:
        """Return the account of the group's role."""
        before = Before(self.account, self._first_number)
        return account_of(self.order, self._begin, self.swarm, window, before)

    def _sender(self, pace: Pace) -> Sender | None:
        """Return what sends, if the group's role does."""
        account = self.account
        if not isinstance(account, Echoes | Publishing):
            return None
        places = unpack(pace.places)
        load = Load(self._window, self.swarm, places, pace.senders, pace.rate, pace.in_hold)
        writing = self.swarm.capture.begin(load, account.sent_ns)
        sender: Sender = OpenSender(self.swarm, writing, account.expect, self._first_number)
        if pace.is_closed:
            sender = ClosedSender(self.swarm, patience_ns(self.order.patience_s), writing, account.expect)
        sender.cut(self._window)
        return sender
