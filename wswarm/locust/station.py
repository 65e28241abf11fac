"""A worker's side: it gives users their seats, and has its crew do what the conductor says."""

import logging
import os
import socket
from typing import Any

import gevent
import gevent.event
from locust import User
from locust.env import Environment
from locust.runners import Runner, WorkerRunner

from wswarm.drive import address
from wswarm.drive.clock import now_ns
from wswarm.drive.limits import raise_file_limit
from wswarm.drive.live import wire
from wswarm.drive.probes import MachineMeter, MachineUse
from wswarm.locust import messages
from wswarm.locust.bus import StationEnd
from wswarm.locust.clock import clock_name
from wswarm.locust.crew import Crew
from wswarm.locust.roster import SILENCE_S
from wswarm.locust.script import Message
from wswarm.locust.seat import Seat, response_ms
from wswarm.locust.tally import ScriptTally
from wswarm.stats.findings import Findings
from wswarm.units import NS_PER_S

_WATCH_S = 1.0
_QUIT_S = 2.0
_SETTLE_S = 30.0
_log = logging.getLogger(__name__)


class Station:
    """One Locust worker's part in tests, one after another.

    Attributes:
        spawned: Set while all users that Locust wants are there.
    """

    def __init__(self, environment: Environment, runner: Runner) -> None:
        self.spawned = gevent.event.Event()
        self._environment, self._runner = environment, runner
        self._order: messages.Begin | None = None
        self._test = 0
        self._crew: Crew | None = None
        self._begun, self._dismissed = gevent.event.Event(), gevent.event.Event()
        self._ending = gevent.event.Event()
        self._bus = StationEnd(runner, self._hear)
        self._forget(0)
        events = environment.events
        events.test_start.add_listener(lambda **_: self.spawned.clear())
        events.spawning_complete.add_listener(lambda **_: self.spawned.set())
        events.quitting.add_listener(self._on_quitting)
        if isinstance(runner, WorkerRunner) and getattr(environment.parsed_options, "processes", None):
            gevent.spawn(self._quit_with, os.getppid())

    def seat(self, user: User) -> Seat:
        """Return a seat for the user, whose connection is being opened; waits until the test has begun here."""
        while not self._begun.is_set():  # it may be dismissed again before this greenlet has its turn
            self._begun.wait()
        order = self._order
        assert order is not None
        name = type(user).__name__
        squad = next(place for place, one in enumerate(order.squads) if one.name == name)
        row, connection_id = len(self._seats[squad]), order.first_id + sum(map(len, self._seats))
        seat = Seat(self, order.test, squad, row, connection_id)
        if order.squads[squad].role == "script":
            seat.keep_messages()
        self._seats[squad].append(seat)
        self._users[squad].append(user)
        self.spawned.clear()
        self.tell(wire.Join(squad, connection_id))
        if user.greenlet is not None:
            user.greenlet.link(lambda _: self._leave(seat))
        return seat

    def tell(self, command: wire.Command) -> None:
        """Send a command to the agent that holds the users' connections."""
        if self._crew is not None:
            self._crew.tell(command)

    def record_reply(self, seat: Seat, name: str, message: Message, sent_ns: int) -> None:
        """Record a reply that a user expected."""
        self._scripts[seat.squad].record(message.received_ns, message.received_ns - sent_ns)
        self._fire(seat, name, response_ms(message, sent_ns), len(message.data), None)

    def record_no_reply(self, seat: Seat, name: str, why: str) -> None:
        """Record that a user expected a reply and got none."""
        self._scripts[seat.squad].note_lost(now_ns(), is_disconnected=seat.ended.is_set())
        self._fire(seat, name, None, 0, TimeoutError(why))

    def _leave(self, seat: Seat) -> None:
        """Close the connection of a user that has stopped, unless the test is ending anyway."""
        is_of_this_test = self._seats[seat.squad : seat.squad + 1] and self._seats[seat.squad][seat.row :][
            :1
        ] == [seat]
        if is_of_this_test and not self._ending.is_set():
            self.tell(wire.Leave(seat.squad, seat.row))

    def _fire(self, seat: Seat, name: str, time_ms: float | None, size: int, error: Exception | None) -> None:
        self._environment.events.request.fire(
            request_type="reply",
            name=name,
            response_time=time_ms,
            response_length=size,
            exception=error,
            context=self._users[seat.squad][seat.row].context(),
        )

    def _forget(self, squads: int) -> None:
        self._seats: list[list[Seat]] = [[] for _ in range(squads)]
        self._users: list[list[User]] = [[] for _ in range(squads)]
        self._scripts: list[ScriptTally] = []
        self._states = 0
        self._has_told_logs = self._has_told_all = False
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
            gevent.spawn(self._dismiss)
        elif self._crew is not None:
            self._do(self._crew, message)

    def _do(self, crew: Crew, message: messages.ToStation) -> None:
        if isinstance(message, messages.SetPaces):
            crew.keep_paces(message.paces, message.publishing)
        elif isinstance(message, messages.BeginHold):
            crew.begin_hold(message.window, message.paces, message.publishing)
            for script in self._scripts:
                script.begin_hold(message.window)
            self._machine.start()
        elif isinstance(message, messages.EndHold):
            self._ending.set()
            for script in self._scripts:
                script.window = message.window
            crew.end_hold(message.window)
            self._tell_news()
        elif isinstance(message, messages.SettleUp):
            crew.settle(message.deadline_ns, message.logs)
            self._tell_news()

    def _begin(self, order: messages.Begin) -> None:
        self._dismiss()
        raise_file_limit()
        self._forget(len(order.squads))
        self._order, self._test = order, order.test
        self._dismissed.clear()
        self._ending.clear()
        self._scripts = [ScriptTally(order.window) for _ in order.squads]
        self._crew = Crew(order, self._hear_seat, self._tell_news)
        gevent.spawn(self._watch, order.test)
        self._begun.set()

    def _hear_seat(self, report: wire.Report) -> None:
        """Take in what the agent says of one connection."""
        if isinstance(report, wire.Heard):
            message = Message(report.payload, report.received_ns)
            self._seats[report.squad][report.row].note_heard(message)
            self._call_on_message(self._users[report.squad][report.row], message)
        elif isinstance(report, wire.Said):
            self._seats[report.squad][report.row].note_said(report.sent_ns)
            self._scripts[report.squad].note_sent(report.sent_ns)
        elif isinstance(report, wire.Joined):
            self._seats[report.squad][report.row].note_decided(report.failure)
        elif isinstance(report, wire.Ended):
            self._seats[report.squad][report.row].note_ended()

    def _call_on_message(self, user: Any, message: Message) -> None:
        try:
            user.on_message(message)
        except Exception as error:  # a user's own code: reported as Locust reports that of tasks
            self._environment.events.user_error.fire(
                user_instance=user, exception=error, tb=error.__traceback__
            )

    def _tell_news(self) -> None:
        """Tell the conductor how things stand, and what it waits for once it is there."""
        order, crew = self._order, self._crew
        if order is None or crew is None:
            return
        if crew.deaths:
            self._end_seats()
        self._states += 1
        self._bus.tell(
            messages.State(
                test=order.test,
                number=self._states,
                hold=crew.hold,
                pending=sum(not seat.decided.is_set() for seats in self._seats for seat in seats),
                seated=sum(map(len, self._seats)),
                squads=crew.held.squads,
                publishing=crew.published.squads,
                deaths=crew.deaths,
            )
        )
        if self._ending.is_set() and not self._has_told_logs and (logs := crew.logs()) is not None:
            self._has_told_logs = True
            self._use = self._machine.stop()
            self._bus.tell(messages.Published(test=order.test, logs=logs))
        if not self._has_told_all and (found := crew.findings()) is not None:
            self._has_told_all = True
            self._tell_found(order, crew, *found)

    def _tell_found(
        self, order: messages.Begin, crew: Crew, holder: wire.Settled, publisher: wire.Settled
    ) -> None:
        scripts = self._scripts if holder.findings else []
        squads: list[Findings] = [
            script.added_to(found) if squad.role == "script" else found
            for squad, script, found in zip(order.squads, scripts, holder.findings, strict=False)
        ]
        self._bus.tell(
            messages.Found(
                test=order.test,
                squads=squads,
                publishing=publisher.findings,
                deaths=crew.deaths,
                steal=self._use.steal,
                busy=self._use.busy,
                load=self._use.load,
                is_local=all(address.is_local(squad.addresses) for squad in order.squads),
            )
        )

    def _end_seats(self) -> None:
        for seats in self._seats:
            for seat in seats:
                if not seat.decided.is_set():
                    seat.note_decided("the generator's process died")
                seat.note_ended()

    def _dismiss(self) -> None:
        """End the agents."""
        self._begun.clear()
        crew, self._crew, self._order = self._crew, None, None
        if crew is not None:
            crew.end()
        self._dismissed.set()

    def _watch(self, test: int) -> None:
        """Tell that this station lives; end the agents when the conductor does not: it was killed, say."""
        while self._order is not None and self._order.test == test:
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
        self._end_seats()
        self._dismiss()

    def _on_quitting(self, **_: Any) -> None:
        """Let the conductor have all that was measured, if it is ending the test too: Ctrl-C reaches both."""
        if self._order is None:
            return
        if self._ending.wait(_QUIT_S):
            self._dismissed.wait(_SETTLE_S)
        self._dismiss()
