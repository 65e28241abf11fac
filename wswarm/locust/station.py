"""A worker's side: it holds the agents, gives users their seats, and does what the conductor says."""

import logging
import socket
from typing import Any

import gevent
import gevent.event
from locust import User
from locust.env import Environment
from locust.runners import Runner

from wswarm.drive import address
from wswarm.drive.clock import now_ns
from wswarm.drive.limits import raise_file_limit
from wswarm.drive.live import wire
from wswarm.drive.live.process import LiveProcess
from wswarm.drive.probes import MachineMeter, MachineUse
from wswarm.locust import messages
from wswarm.locust.bus import StationEnd
from wswarm.locust.clock import clock_name
from wswarm.locust.script import Message
from wswarm.locust.seat import Seat, response_ms
from wswarm.locust.tally import ScriptTally
from wswarm.stats.findings import Findings
from wswarm.units import NS_PER_S

_SILENCE_S = 15.0
_WATCH_S = 1.0
_QUIT_S = 2.0
_SETTLE_S = 30.0
_log = logging.getLogger(__name__)


class Station:
    """One Locust worker's part in a test.

    Attributes:
        spawned: Set while all users that Locust wants are there.
    """

    def __init__(self, environment: Environment, runner: Runner) -> None:
        self.spawned = gevent.event.Event()
        self._environment = environment
        self._order: messages.Begin | None = None
        self._begun, self._dismissed = gevent.event.Event(), gevent.event.Event()
        self._ending = gevent.event.Event()
        self._holder: LiveProcess | None = None
        self._publisher: LiveProcess | None = None
        self._bus = StationEnd(runner, self._hear)
        self._forget()
        events = environment.events
        events.test_start.add_listener(self._on_test_start)
        events.spawning_complete.add_listener(lambda **_: self.spawned.set())
        events.quitting.add_listener(self._on_quitting)

    def seat(self, user: User) -> Seat:
        """Return a seat for the user, whose connection is being opened; waits until the test has begun here."""
        self._begun.wait()
        order = self._order
        assert order is not None
        name = type(user).__name__
        squad = next(place for place, one in enumerate(order.squads) if one.name == name)
        row, connection_id = len(self._seats[squad]), order.first_id + sum(map(len, self._seats))
        seat = Seat(self, squad, row, connection_id)
        if order.squads[squad].role == "script":
            seat.keep_messages()
        self._seats[squad].append(seat)
        self._users[squad].append(user)
        self.spawned.clear()
        self.tell(wire.Join(squad, connection_id))
        if user.greenlet is not None:
            user.greenlet.link(lambda _: self.leave(seat))
        return seat

    def leave(self, seat: Seat) -> None:
        """Close a seat's connection, unless the test is ending anyway."""
        if not self._ending.is_set() and self._seats and seat in self._seats[seat.squad][seat.row :][:1]:
            self.tell(wire.Leave(seat.squad, seat.row))

    def tell(self, command: wire.Command) -> None:
        """Send a command to the agent that holds the users' connections."""
        if self._holder is not None:
            self._holder.tell(command)

    def record_reply(self, seat: Seat, name: str, message: Message, sent_ns: int) -> None:
        """Record a reply that a user expected."""
        self._scripts[seat.squad].record(message.received_ns, message.received_ns - sent_ns)
        self._fire(seat, name, response_ms(message, sent_ns), len(message.data), None)

    def record_no_reply(self, seat: Seat, name: str, why: str) -> None:
        """Record that a user expected a reply and got none."""
        self._scripts[seat.squad].note_lost(now_ns(), is_disconnected=seat.ended.is_set())
        self._fire(seat, name, None, 0, TimeoutError(why))

    def _fire(self, seat: Seat, name: str, time_ms: float | None, size: int, error: Exception | None) -> None:
        user = self._users[seat.squad][seat.row]
        self._environment.events.request.fire(
            request_type="reply",
            name=name,
            response_time=time_ms,
            response_length=size,
            exception=error,
            context=user.context(),
        )

    def _forget(self) -> None:
        self._seats: list[list[Seat]] = []
        self._users: list[list[User]] = []
        self._scripts: list[ScriptTally] = []
        self._heard: dict[bool, wire.Snapshot] = {}
        self._sent: dict[bool, wire.Sent] = {}
        self._settled: dict[bool, wire.Settled] = {}
        self._pending = self._states = 0
        self._deaths: list[str] = []
        self._machine, self._use = MachineMeter(), MachineUse(None, None)
        self._heard_ns = now_ns()

    def _hear(self, message: messages.ToStation) -> None:
        self._heard_ns = now_ns()
        if isinstance(message, messages.Hello):
            here = messages.Here(test=message.test, clock=clock_name(), host=socket.gethostname())
            self._bus.tell(here)
        elif isinstance(message, messages.Ping):
            self._bus.tell(messages.Pong(sent_ns=message.sent_ns, clock_ns=now_ns()))
        elif isinstance(message, messages.Begin):
            self._begin(message)
        elif isinstance(message, messages.SetPaces):
            self._tell_paces(message.paces, message.publishing)
        elif isinstance(message, messages.BeginHold):
            self._begin_hold(message)
        elif isinstance(message, messages.EndHold):
            self._end_hold(message)
        elif isinstance(message, messages.SettleUp):
            for is_publisher, agent in self._agents():
                logs = {} if is_publisher else message.logs
                agent.tell(wire.Settle(deadline_ns=message.deadline_ns, logs=logs))
            self._tell_found_if_ready()
        elif isinstance(message, messages.Dismiss):
            gevent.spawn(self._dismiss)

    def _begin(self, order: messages.Begin) -> None:
        self._dismiss()
        raise_file_limit()
        self._forget()
        self._order = order
        self._dismissed.clear()
        self._ending.clear()
        self._seats = [[] for _ in order.squads]
        self._users = [[] for _ in order.squads]
        self._scripts = [ScriptTally(order.window) for _ in order.squads]
        self._holder = self._start(order, order.squads, is_publisher=False)
        if order.publishing:
            self._publisher = self._start(order, order.publishing, is_publisher=True)
            for squad, ids in enumerate(order.publisher_ids):
                for connection_id in ids:
                    self._publisher.tell(wire.Join(squad, connection_id))
        gevent.spawn(self._watch, order.test)
        self._begun.set()

    def _start(self, order: messages.Begin, squads: list[wire.Squad], *, is_publisher: bool) -> LiveProcess:
        agent = LiveProcess(
            f"the publishing agent of {order.name}" if is_publisher else f"the agent of {order.name}"
        )
        muster = wire.Muster(
            squads=squads,
            prefix=order.prefix,
            window=order.window,
            ahead_ns=0 if is_publisher else order.ahead_ns,
        )
        agent.tell(muster)
        gevent.spawn(self._listen, agent, is_publisher)
        return agent

    def _begin_hold(self, message: messages.BeginHold) -> None:
        for is_publisher, agent in self._agents():
            paces = message.publishing if is_publisher else message.paces
            agent.tell(wire.Hold(window=message.window, paces=paces))
        for script in self._scripts:
            script.begin_hold(message.window)
        self._machine.start()

    def _end_hold(self, message: messages.EndHold) -> None:
        self._ending.set()
        for script in self._scripts:
            script.window = message.window
        for _, agent in self._agents():
            agent.tell(wire.Cut(window=message.window))
        self._tell_published_if_ready()

    def _tell_paces(self, paces: list[wire.Pace], publishing: list[wire.Pace]) -> None:
        for pace in paces:
            self.tell(pace)
        for pace in publishing:
            if self._publisher is not None:
                self._publisher.tell(pace)

    def _agents(self) -> list[tuple[bool, LiveProcess]]:
        agents = [(False, self._holder), (True, self._publisher)]
        return [(is_publisher, agent) for is_publisher, agent in agents if agent is not None]

    def _living(self) -> list[bool]:
        return [is_publisher for is_publisher, agent in self._agents() if agent.death is None]

    def _listen(self, agent: LiveProcess, is_publisher: bool) -> None:
        """Take in what an agent says, until it ends."""
        while agent.death is None and any(agent is one for _, one in self._agents()):
            for report in agent.reports():
                self._note(report, is_publisher=is_publisher)
        if agent.death is not None and any(agent is one for _, one in self._agents()):
            self._deaths.append(agent.death)
            _log.error("%s: its share of the test is missing", agent.death)
            self._end_seats()
            self._tell_state()
            self._tell_published_if_ready()
            self._tell_found_if_ready()

    def _note(self, report: wire.Report, *, is_publisher: bool) -> None:
        if isinstance(report, wire.Snapshot):
            self._heard[is_publisher] = report
            self._tell_state()
        elif isinstance(report, wire.Sent):
            self._sent[is_publisher] = report
            self._tell_published_if_ready()
        elif isinstance(report, wire.Settled):
            self._settled[is_publisher] = report
            self._tell_found_if_ready()
        elif not is_publisher:
            self._note_of_seat(report)

    def _note_of_seat(self, report: wire.Report) -> None:
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

    def _tell_state(self) -> None:
        if self._order is None:
            return
        self._states += 1
        holder = self._heard.get(False, wire.Snapshot())
        publisher = self._heard.get(True, wire.Snapshot())
        self._bus.tell(
            messages.State(
                test=self._order.test,
                number=self._states,
                hold=min(one.hold for one in (holder, *([publisher] if self._publisher else []))),
                pending=sum(not seat.decided.is_set() for seats in self._seats for seat in seats),
                squads=holder.squads,
                publishing=publisher.squads,
                deaths=self._deaths,
            )
        )

    def _tell_published_if_ready(self) -> None:
        if self._ending.is_set() and self._order and all(one in self._sent for one in self._living()):
            self._use = self._machine.stop()
            sent = self._sent.get(True)
            logs = sent.logs if sent is not None else {}
            self._bus.tell(messages.Published(test=self._order.test, logs=logs))

    def _tell_found_if_ready(self) -> None:
        order = self._order
        if order is None or not all(one in self._settled for one in self._living()):
            return
        holder, publisher = self._settled.get(False), self._settled.get(True)
        if holder is None and publisher is None and not self._deaths:
            return
        self._bus.tell(
            messages.Found(
                test=order.test,
                squads=self._with_scripts(holder.findings) if holder is not None else [],
                publishing=publisher.findings if publisher is not None else [],
                deaths=self._deaths,
                steal=self._use.steal,
                busy=self._use.busy,
                is_local=all(address.is_local(squad.addresses) for squad in order.squads),
            )
        )

    def _with_scripts(self, findings: list[Findings]) -> list[Findings]:
        assert self._order is not None
        return [
            script.added_to(found) if squad.role == "script" else found
            for squad, script, found in zip(self._order.squads, self._scripts, findings, strict=True)
        ]

    def _end_seats(self) -> None:
        for seats in self._seats:
            for seat in seats:
                if not seat.decided.is_set():
                    seat.note_decided("the generator's process died")
                seat.note_ended()

    def _dismiss(self) -> None:
        """End the agents."""
        self._dismissed.set()
        self._begun.clear()
        agents, self._holder, self._publisher = self._agents(), None, None
        for _, agent in agents:
            agent.tell(wire.Close())
        for _, agent in agents:
            agent.end()
        self._order = None

    def _watch(self, test: int) -> None:
        """End the agents when the conductor has fallen silent: it was killed, say."""
        while self._order is not None and self._order.test == test:
            gevent.sleep(_WATCH_S)
            if now_ns() - self._heard_ns > _SILENCE_S * NS_PER_S:
                _log.error("nothing heard from Locust's master for %g s: ending the load", _SILENCE_S)
                self._ending.set()
                self._end_seats()
                self._dismiss()

    def _on_test_start(self, **_: Any) -> None:
        self.spawned.clear()

    def _on_quitting(self, **_: Any) -> None:
        """Let the conductor have all that was measured, if it is ending the test too."""
        if self._order is None:
            return
        self._bus.tell(messages.Goodbye(test=self._order.test))
        if self._ending.wait(_QUIT_S):
            self._dismissed.wait(_SETTLE_S)
        self._dismiss()
