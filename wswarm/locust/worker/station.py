"""A worker's side: it gives users their seats, and has its crew do what the conductor says."""

import logging
import os
import socket
from typing import Any, NoReturn

import gevent
import gevent.event
import gevent.lock
import msgspec
from locust import User
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import LocalRunner, Runner, WorkerRunner

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers import address
from wswarm.drive.fleet import wire
from wswarm.drive.host.files import raise_file_limit
from wswarm.drive.host.probes import MachineMeter, MachineUse
from wswarm.errors import GeneratorError, PlanError, SwarmError
from wswarm.locust import messages
from wswarm.locust.bus import StationEnd, of
from wswarm.locust.clock import clock_name
from wswarm.locust.manner import Own, OwnManners
from wswarm.locust.master.roster import SILENCE_S
from wswarm.locust.script import Message
from wswarm.locust.scripted import here
from wswarm.locust.worker.attendance import UNHEARD, Attendance
from wswarm.locust.worker.crew import Crew
from wswarm.locust.worker.seat import Seat
from wswarm.locust.worker.seats import Seats
from wswarm.locust.worker.single import explain
from wswarm.locust.worker.strangers import strangers_of
from wswarm.units import NS_PER_S

_WATCH_S, _SOON_S = 1.0, 3.0
_QUIT_S, _QUIT_FORKED_S = 2.0, 20.0  # Ctrl-C reaches the process that has forked a worker, too
_SETTLE_S = _BEGIN_S = 30.0
_LEAVE_S = 60.0  # as long as Locust's master waits for its workers
_DIED = "the generator's process died"
_log = logging.getLogger(__name__)


class Station:
    """One Locust worker's part in tests, one after another.

    Attributes:
        attendance: Whether all users are there.
        is_for_one: Whether there is one user, which Locust's runner does not know of.
    """

    def __init__(self, environment: Environment, runner: Runner) -> None:
        self.attendance = Attendance()
        self.is_for_one = False
        self._environment, self._runner = environment, runner
        self._order: messages.Begin | None = None
        self._test = 0
        self._crew: Crew | None = None
        self._begun, self._ending = gevent.event.Event(), gevent.event.Event()
        self._stopped, self._released = gevent.event.Event(), gevent.event.Event()
        self._dismissing = gevent.lock.RLock()
        self._bus = StationEnd(runner, self._hear)
        self._forget(None)
        events = environment.events
        events.test_start.add_listener(of(environment, self._expect_users))
        events.test_stop.add_listener(of(environment, self._on_test_stop))
        events.spawning_complete.add_listener(lambda **_: self.attendance.note_all())
        events.quitting.add_listener(of(environment, self._on_quitting))
        has_processes = bool(getattr(environment.parsed_options, "processes", None))
        self._is_forked = isinstance(runner, WorkerRunner) and has_processes
        if self._is_forked:
            gevent.spawn(self._quit_with, os.getppid())

    def explain(self, seat: Seat) -> None:
        """Say why a single user's connection is not there; see `single`."""
        if self.is_for_one and self._order is not None:
            explain(seat, self._order.groups[seat.group])

    def own(self, user: User) -> Own | None:
        """Return how the user's connection differs from its class's, if it does; waits until the test has begun.

        Raises:
            StopUser: what the user asks for can't be; the test ends for that.
        """
        name = type(user).__name__
        for line in set(strangers_of(user)) - self._warned:
            self._warned.add(line)
            _log.warning("%s", line)
        try:
            order = self._awaited_order()
            return self._own.of(user, next(group for group in order.groups if group.name == name))
        except SwarmError as error:
            self._object(error)

    def seat(self, user: User, own: Own | None) -> Seat:
        """Return a seat for the user, whose connection is being opened."""
        seat = self._seats.add(self, user, own)
        try:
            self.tell(self._seats.join(seat, own))
        except SwarmError as error:
            self._object(error)
        if user.greenlet is not None:
            user.greenlet.link(lambda _: self.leave(seat))
        return seat

    def leave(self, seat: Seat) -> None:
        """Close the connection of a user that has stopped, unless the test is ending anyway."""
        if seat in self._seats:
            self._seats.leave(seat)
            if not self._ending.is_set():
                self.tell(wire.Leave(seat.group, seat.row))

    def record_reply(self, seat: Seat, name: str, message: Message, asked_ns: int) -> None:
        """Record a reply that a user expected; its time counts from `asked_ns`."""
        if seat in self._seats:
            self._seats.record_reply(seat, name, message, asked_ns)

    def record_no_reply(self, seat: Seat, name: str, why: str, asked_ns: int) -> None:
        """Record that a user expected a reply and got none."""
        if seat in self._seats:
            self._seats.record_no_reply(seat, name, why, asked_ns)

    def _awaited_order(self) -> messages.Begin:
        if not self._begun.wait(_SOON_S) and UNHEARD not in self._warned:
            self._warned.add(UNHEARD)
            _log.warning("%s", UNHEARD)
        while not self._begun.is_set():  # it may be dismissed again before this greenlet has its turn
            if not self._begun.wait(_BEGIN_S):
                raise GeneratorError(UNHEARD)
        assert self._order is not None
        return self._order

    def _object(self, error: SwarmError) -> NoReturn:
        """Have the test ended for what a user asks for; end the user, but not before all are there."""
        if not isinstance(self._runner, LocalRunner):
            _log.error("%s", error)
        self._bus.tell(messages.Objection(test=self._test, text=str(error), exit_code=error.exit_code))
        self.attendance.wait()
        raise StopUser

    def tell(self, command: wire.Command) -> None:
        """Send a command to the agent that holds the users' connections."""
        if self._crew is not None:
            self._crew.tell(command)

    def _expect_users(self, **_: Any) -> None:
        self.attendance = Attendance()
        self._stopped.clear()

    def _forget(self, order: messages.Begin | None) -> None:
        self._seats = Seats(self._environment, order)
        self._own = OwnManners(self._environment)
        self._warned: set[str] = set()
        self._states = 0
        self._has_told_sent = self._has_told_all = self._is_answered = False
        self._machine, self._use = MachineMeter(), MachineUse(None, None)
        self._heard_ns = now_ns()

    def _hear(self, message: messages.ToStation) -> None:
        self._heard_ns = now_ns()
        if isinstance(message, messages.Hello):
            self._bus.tell(messages.Here(test=message.test, clock=clock_name(), host=socket.gethostname()))
        elif isinstance(message, messages.Ping):
            self._bus.tell(messages.Pong(sent_ns=message.sent_ns, clock_ns=now_ns()))
        elif isinstance(message, messages.Begin):
            self._begin(message)
        elif isinstance(message, messages.Dismiss):
            gevent.spawn(self._dismiss_after_users, self._test)
        elif self._crew is not None:
            self._do(self._crew, message)

    def _do(self, crew: Crew, message: messages.ToStation) -> None:
        if isinstance(message, messages.SetPaces):
            crew.keep_paces(message.paces, message.publishing)
        elif isinstance(message, messages.BeginHold):
            crew.begin_hold(message.window, message.paces, message.publishing)
            self._seats.begin_hold(message.window)
            self._machine.start()
        elif isinstance(message, messages.EndHold):
            self._ending.set()
            self._seats.end_hold(message.window)
            crew.end_hold(message.window)
            self._tell_news()
        elif isinstance(message, wire.Publish):
            crew.tell(message)
        elif isinstance(message, messages.SettleUp):
            crew.settle(message.deadline_ns)
            gevent.spawn(self._await_replies, self._seats, message.deadline_ns)

    def _begin(self, order: messages.Begin) -> None:
        self._dismiss()
        raise_file_limit()
        self._forget(order)
        self._order, self._test = order, order.test
        self._released.clear()
        self._ending.clear()
        order = msgspec.structs.replace(order, groups=here(order.groups, self._environment))
        self._crew = Crew(order, self._seats.hear, self._tell_news)
        gevent.spawn(self._watch, order.test)
        self._begun.set()

    def _tell_news(self) -> None:
        """Tell the conductor how things stand, and what it waits for once it is there."""
        order, crew = self._order, self._crew
        if order is None or crew is None:
            return
        self._states += 1
        if crew.deaths:
            self._seats.end_all(_DIED)
        self._bus.tell(crew.state(self._states, self._seats.undecided, len(self._seats)))
        for why in crew.take_unfit():
            self._bus.tell(messages.Objection(test=order.test, text=why, exit_code=PlanError.exit_code))
        for logs in crew.take_published():
            self._bus.tell(messages.Published(test=order.test, logs=logs))
        if self._ending.is_set() and not self._has_told_sent and crew.has_sent:
            self._has_told_sent, self._use = True, self._machine.stop()
            self._bus.tell(messages.Published(test=order.test, is_all=True))
        if self._is_answered and not self._has_told_all and (found := crew.findings()) is not None:
            self._has_told_all = True
            self._tell_found(order, crew, *found)

    def _await_replies(self, seats: Seats, deadline_ns: int) -> None:
        seats.await_replies(deadline_ns)
        if seats is self._seats:
            self._is_answered = True
            self._tell_news()

    def _tell_found(
        self, order: messages.Begin, crew: Crew, holder: wire.Settled, publisher: wire.Settled
    ) -> None:
        found, use = self._seats.added_to(holder.findings), self._use
        if isinstance(self._runner, WorkerRunner):
            self._runner._send_stats()  # Locust's master waits half a second for these, then ends without them
        self._bus.tell(
            messages.Found(
                test=order.test,
                groups=found,
                publishing=publisher.findings,
                deaths=crew.deaths,
                unheard=holder.unheard,
                missed=self._seats.missed(),
                steal=use.steal,
                busy=use.busy,
                load=use.load,
                is_local=all(address.is_local(group.addresses) for group in order.groups),
            )
        )

    def _dismiss_after_users(self, test: int) -> None:
        """End the agents once this worker's users have stopped: in `on_stop` they may still send."""
        self._released.set()
        self._stopped.wait((self._environment.stop_timeout or 0) + _LEAVE_S)
        if self._test == test:
            self._dismiss()

    def _dismiss(self) -> None:
        """End the agents; returns when they have ended, whichever greenlet ends them."""
        self._begun.clear()
        crew, self._crew, self._order = self._crew, None, None
        with self._dismissing:
            if crew is not None:
                crew.end()

    def _watch(self, test: int) -> None:
        """Tell that this station lives; end the agents when the conductor does not: it was killed, say."""
        while self._order is not None and self._order.test == test and not self._released.is_set():
            self._tell_news()
            gevent.sleep(_WATCH_S)
            if now_ns() - self._heard_ns > SILENCE_S * NS_PER_S:
                self._abandon(f"nothing heard from Locust's master for {SILENCE_S:g} s")

    def _quit_with(self, parent: int) -> None:
        """Quit when the process that forked this worker has ended: `--processes`, and it was killed."""
        while os.getppid() == parent:
            gevent.sleep(_WATCH_S)
        self._abandon("the process that forked this worker has ended")
        self._runner.quit()

    def _abandon(self, why: str) -> None:
        _log.error("%s: ending the load", why)
        self._ending.set()
        self._seats.end_all(_DIED)
        self._dismiss()

    def _on_test_stop(self, **_: Any) -> None:
        self._stopped.set()
        if isinstance(self._runner, LocalRunner):
            self._dismiss()  # a library hears no `quitting`, and what the users said at their end is on its way yet

    def _on_quitting(self, **_: Any) -> None:
        """Let the conductor have all that was measured, if it is ending the test too: Ctrl-C reaches both."""
        if self._order is not None:
            if self._ending.wait(_QUIT_FORKED_S if self._is_forked else _QUIT_S):
                self._released.wait(_SETTLE_S)
            self._runner.stop()  # Locust would do it after this, and users may send as they stop
        self._dismiss()  # where another greenlet is at it, wait for it
