"""The master's side: begins a test on all workers, keeps the paces, ends the hold, gathers what was found."""

import logging
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import gevent
import gevent.event
import gevent.lock
import msgspec
from locust.env import Environment
from locust.runners import Runner

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet import wire
from wswarm.experiment.filling import addresses_of
from wswarm.load.marker import prefix_for
from wswarm.locust import messages
from wswarm.locust.bus import ConductorEnd
from wswarm.locust.clock import SAME, clock_name
from wswarm.locust.master import shift
from wswarm.locust.master.begin import begin_for
from wswarm.locust.master.clocks import Clocks
from wswarm.locust.master.log import Log
from wswarm.locust.master.losses import add_owed, lose
from wswarm.locust.master.pacing import Pacing, published_to
from wswarm.locust.master.roster import IDS_PER_WORKER, Member
from wswarm.locust.master.watched import WatchedTarget
from wswarm.locust.order import Order
from wswarm.stats.findings import STILL_OPEN, Window
from wswarm.units import NS_PER_S

_TICK_S, _GRACE_S = 0.25, 5.0
_PACE_AFTER_NS = 50_000_000
_log = logging.getLogger(__name__)


class Conductor:
    """One test after another, on all of Locust's workers.

    Attributes:
        members: The stations of this test by Locust's ids of their workers, in the order of their coming.
        orders: What each user class of ours does.
        window: The test's times; `hold_ns` is when the ramp began until the hold does.
        is_holding: Whether the hold has begun; `holds`: how often it was begun.
        target: Its process, as far as it is known.
        on_tick: Called several times a second while a test runs. `on_objection`: when a user asks for what can't be.
    """

    def __init__(self, environment: Environment, runner: Runner, target_pid: int | None) -> None:
        self.members: dict[str, Member] = {}
        self.orders: Sequence[Order] = ()
        self.window = Window(0, 0, 0, 0)
        self.is_running = self.is_holding = False
        self.test = self.holds = 0
        self.started_at = datetime.now(UTC)
        self.target = WatchedTarget(target_pid)
        self.on_tick: Callable[[], None] = lambda: None
        self.on_objection: Callable[[messages.Objection], None] = lambda _: None
        self._environment = environment
        self._clock = clock_name()
        self._prefix = b""
        self._publisher: str | None = None
        self._pacing = Pacing(())
        self._news = gevent.event.Event()
        self._ending = gevent.lock.RLock()
        self._bus = ConductorEnd(runner, self._hear)
        self._log = Log(self._bus)
        self._clocks = Clocks(self._bus)

    def begin(self, orders: Sequence[Order], *, is_held_at_once: bool) -> None:
        """Begin a test on all workers that are there.

        Args:
            is_held_at_once: The whole test is the hold, rather than what follows the ramp.

        Raises:
            TargetError: a target's name is not known.
        """
        for order in orders:
            addresses_of(order.plan)
        self.test += 1
        self.orders, self.members = orders, {}
        now = now_ns()
        self.window = Window(now, now, now, STILL_OPEN)
        self.started_at = datetime.now(UTC)
        self.is_running, self.is_holding, self.holds = True, is_held_at_once, 0
        self._prefix = prefix_for(random.SystemRandom().getrandbits(32))
        self._publisher, self._log = None, Log(self._bus)
        self._pacing = Pacing(orders)
        self.target.begin(is_held_at_once=is_held_at_once)
        for worker in self._bus.workers():
            self.greet(worker)
        gevent.spawn(self._conduct, self.test)

    def greet(self, worker: str) -> None:
        """Take a worker into the test; one that comes late, too."""
        if self.is_running and worker not in self.members:
            number = len(self.members)
            name = f"worker {number} ({worker})" if worker != "local" else "Locust"
            self.members[worker] = Member(worker, name, first_id=1 + number * IDS_PER_WORKER)
            self._bus.tell(worker, messages.Hello(test=self.test))

    def begin_hold(self, hold_s: float | None, wanted: int = 0) -> None:
        """Begin the hold as soon as every connection that was begun is open or has failed; again: begin it anew.

        Args:
            hold_s: Its length, if that is known: then no agent sends anything that is due later.
            wanted: So many users ask for connections; waits some seconds for those that have not yet.
        """
        test, patience_s = self.test, max((order.plan.connect_timeout for order in self.orders), default=0.0)
        hoped = time.monotonic() + _GRACE_S
        deadline = hoped + patience_s
        asked_ns = now_ns()
        while time.monotonic() < deadline and self._is_open(test):
            members = self.there()
            fresh = [one for one in members if one.heard_ns > asked_ns + NS_PER_S // 2]
            is_settled = members and len(fresh) == len(members) and all(one.is_settled for one in members)
            came = sum(one.state.seated for one in members if one.state is not None)
            if is_settled and (came >= wanted or time.monotonic() > hoped):
                break
            gevent.sleep(_TICK_S)
        if not self._is_open(test):
            return
        hold_ns = now_ns() + wire.LEAD_NS
        drain_ns = hold_ns + round(hold_s * NS_PER_S) if hold_s is not None else STILL_OPEN
        self.window = msgspec.structs.replace(self.window, hold_ns=hold_ns, drain_ns=drain_ns)
        self.is_holding, self.holds = True, self.holds + 1
        self.target.note_open()
        load = msgspec.structs.replace(self.window, start_ns=now_ns() + _PACE_AFTER_NS)
        for member in (members := self.there()):
            member.load += 1
        groups = self._pacing.note(members)
        for member in members:
            paces, publishing = self._pacing.of_hold(member, members, groups, load)
            window = shift.window(load, member.ahead_ns)
            begin = messages.BeginHold(window=window, paces=paces, publishing=publishing)
            self._bus.tell(member.worker, begin)
        gevent.sleep(max(0.0, (hold_ns - now_ns()) / NS_PER_S))
        _log.info("The hold has begun")
        self.target.note("hold")

    def _is_open(self, test: int) -> bool:
        return self.is_running and self.test == test and self.window.end_ns == STILL_OPEN

    def finish(self) -> bool:
        """End the hold, wait for what is owed, gather all; return whether there was a test to end."""
        with self._ending:
            if not self.is_running:
                return False
            drain_ns = min(self.window.drain_ns, now_ns() + wire.LEAD_NS)
            patience_s = max((order.plan.drain for order in self.orders), default=0.0)
            end_ns = drain_ns + round(patience_s * NS_PER_S)
            hold_ns = min(self.window.hold_ns, drain_ns) if self.is_holding else drain_ns
            self.window = Window(self.window.origin_ns, self.window.start_ns, hold_ns, drain_ns, end_ns)
            for member in self.there():
                window = shift.window(self.window, member.ahead_ns)
                self._bus.tell(member.worker, messages.EndHold(window=window))
            self._await(lambda member: member.published, end_ns)
            for member in self.there():
                self._bus.tell(member.worker, messages.SettleUp(deadline_ns=end_ns + member.ahead_ns))
            self._await(lambda member: member.found, max(end_ns, now_ns()))
            self.target.note("end")
            self._clocks.learn([member for member in self.there() if member.offset != SAME])
            self.is_running = False
            is_known = any(member.is_publisher and member.published for member in self.members.values())
            logs = self._log.joined() if is_known else {}
            for member in self.members.values():
                add_owed(member, logs or None, self.orders, self.window)
                self._bus.tell(member.worker, messages.Dismiss(test=self.test))
            return True

    def there(self) -> list[Member]:
        """Return the stations that take part."""
        return [member for member in self.members.values() if member.is_there]

    def states(self, group: int) -> list[wire.GroupState]:
        """Return how the group stands at each station."""
        states = [member.group(group) for member in self.members.values()]
        return [state for state in states if state is not None]

    def publisher_state(self, group: int) -> wire.GroupState | None:
        """Return how the group's publishers stand."""
        member = self.members.get(self._publisher or "")
        return member.publishing(published_to(self.orders).index(group)) if member is not None else None

    def _hear(self, worker: str, message: messages.ToConductor) -> None:
        member = self.members.get(worker)
        if member is None:
            return
        member.heard_ns = now_ns()
        if isinstance(message, messages.Here):
            if message.test == self.test and member.is_first_answer():
                self._meet(member, message)
        elif isinstance(message, messages.Pong):
            self._clocks.note(member, message)
        elif isinstance(message, messages.Objection):
            self.on_objection(message)
        elif message.test == self.test:
            member.note(message)
            if isinstance(message, messages.Published):
                self._log.pass_on(member, message, self.there())
        self._news.set()

    def _meet(self, member: Member, here: messages.Here) -> None:
        if here.clock == self._clock:
            member.offset = SAME
            self._send_begin(member)
        else:
            gevent.spawn(self._meet_afar, member, self.test)

    def _meet_afar(self, member: Member, test: int) -> None:
        """Begin on a machine with another clock, once that is known."""
        self._clocks.learn([member])
        if self.test == test and self.is_running and member.latest is not None:
            member.offset = member.latest
            self._send_begin(member)

    def _send_begin(self, member: Member) -> None:
        if self._publisher is None:
            self._publisher = member.worker
            member.is_publisher = True
            member.is_publishing = bool(published_to(self.orders))
        member.has_begun = True
        publisher = self.members[self._publisher]
        begin = begin_for(
            member,
            self.orders,
            ahead_ns=publisher.ahead_ns - member.ahead_ns,
            test=self.test,
            prefix=self._prefix,
            window=shift.window(self.window, member.ahead_ns),
        )
        self._bus.tell(member.worker, begin)

    def _conduct(self, test: int) -> None:
        """Keep the paces to the connections that are open, and notice who is lost, until the test ends."""
        while self.is_running and self.test == test:
            self._tell_paces(self._pacing.changed(self.there()))
            self._miss_the_lost()
            self.target.look()
            for member in self.members.values():
                if member.loss is None:
                    self._bus.tell(member.worker, member.word(test))
            self.on_tick()
            gevent.sleep(_TICK_S)

    def _tell_paces(self, groups: Sequence[int]) -> None:
        """Let the groups keep to the connections that are open now."""
        if not groups or now_ns() < self.window.hold_ns:
            return
        members, at_ns = self.there(), now_ns() + _PACE_AFTER_NS
        self._pacing.note(members)
        for member in members:
            paces, publishing = self._pacing.paces(
                member, members, groups, at_ns, self.window.drain_ns if self.is_holding else STILL_OPEN
            )
            self._bus.tell(member.worker, messages.SetPaces(paces=paces, publishing=publishing))

    def _miss_the_lost(self) -> None:
        alive = set(self._bus.workers())
        for member in [one for one in self.members.values() if one.loss is None]:
            is_gone = member.worker not in alive or member.is_silent
            if is_gone and member.found is None:
                lose(member, (now_ns() - self.window.origin_ns) / NS_PER_S, self.orders)
                _log.error("%s", member.loss)

    def _await(self, told: Callable[[Member], object], until_ns: int) -> None:
        """Wait until every station has told, or is lost, or is far too late."""
        deadline_ns = until_ns + round(_GRACE_S * NS_PER_S)
        while (silent := [one for one in self.there() if told(one) is None]) and now_ns() < deadline_ns:
            self._news.clear()
            self._news.wait(_TICK_S)
            self._miss_the_lost()
        for member in silent:
            member.loss = member.loss or f"{member.name} did not report"
