"""All connections of one test at one station: whose they are, what they hear, what they are answered."""

from collections.abc import Iterator
from typing import Any

import gevent
from locust import User
from locust.env import Environment
from locust.exception import RescheduleTask, StopUser

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet import wire
from wswarm.locust.manner import Own
from wswarm.locust.messages import Begin
from wswarm.locust.page.table import REPLY, forget_replies
from wswarm.locust.script import Message
from wswarm.locust.scripted import Rows
from wswarm.locust.worker.inbox import Expectation
from wswarm.locust.worker.listener import Listener
from wswarm.locust.worker.seat import Home, Seat, response_ms
from wswarm.locust.worker.tally import ScriptTally
from wswarm.stats.findings import Findings, Window

_POLL_S = 0.02


class Seats:
    """Seats by group and row, their users, and the tallies of those that have tasks.

    Args:
        order: The test; `None`: there is none yet.
    """

    def __init__(self, environment: Environment, order: Begin | None) -> None:
        self._environment, self._order = environment, order
        groups = order.groups if order is not None else []
        self._seats: list[list[Seat]] = [[] for _ in groups]
        self._users: list[list[User]] = [[] for _ in groups]
        self._listeners: dict[Seat, Listener] = {}
        self._missed = [0] * len(groups)
        self._is_told = False
        self._rows = Rows()
        self._scripts = [ScriptTally(order.window) for _ in groups] if order is not None else []

    def __len__(self) -> int:
        return sum(map(len, self._seats))

    def __iter__(self) -> Iterator[Seat]:
        return (seat for seats in self._seats for seat in seats)

    def __contains__(self, seat: Seat) -> bool:
        return self._order is not None and seat.test == self._order.test

    @property
    def undecided(self) -> int:
        """Handshakes under way."""
        return sum(not seat.decided.is_set() for seat in self)

    def add(self, station: Home, user: User, own: Own | None) -> Seat:
        """Return a new seat for a user."""
        order = self._order
        assert order is not None
        name = type(user).__name__
        group = next(place for place, one in enumerate(order.groups) if one.name == name)
        row, connection_id = len(self._seats[group]), order.first_id + len(self)
        is_heard = order.groups[group].is_heard
        seat = Seat(station, order.test, group, row, connection_id, own=own, keeps_messages=is_heard)
        self._seats[group].append(seat)
        self._users[group].append(user)
        if is_heard and getattr(user, "hears_messages", lambda: False)():
            self._listeners[seat] = Listener(lambda message: self._call(user, message))
        return seat

    def join(self, seat: Seat, own: Own | None) -> wire.Join:
        """Return the command to open a seat's connection.

        Raises:
            PlanError, ResultError: its class's data have no row for it.
        """
        join = wire.Join(group=seat.group, ids=[seat.connection_id])
        user = type(self._users[seat.group][seat.row])
        return self._rows.added_to(join if own is None else own.join(join), user, seat.connection_id)

    def leave(self, seat: Seat) -> None:
        """Let a seat hear no more."""
        listener = self._listeners.pop(seat, None)
        if listener is not None:
            listener.end()
            self._missed[seat.group] += listener.missed
        seat.note_ended()

    def end_all(self, why: str) -> None:
        """Take all connections as lost."""
        for seat in self:
            if not seat.decided.is_set():
                seat.note_decided(why)
            seat.note_ended()

    def hear(self, report: wire.Report) -> None:
        """Take in what the agent says of one connection."""
        if isinstance(report, wire.Heard):
            seat, message = self._seats[report.group][report.row], Message(report.payload, report.received_ns)
            seat.note_heard(message)
            listener = self._listeners.get(seat)
            if listener is not None:
                listener.hear(message)
        elif isinstance(report, wire.Said):
            self._scripts[report.group].note_sent(report.sent_ns)
            self._seats[report.group][report.row].note_said(report.number, report.sent_ns)
        elif isinstance(report, wire.Joined):
            self._seats[report.group][report.row].note_decided(report.failure)
        elif isinstance(report, wire.Ended):
            self._seats[report.group][report.row].note_ended(report.code or "no close frame")

    def begin_hold(self, window: Window) -> None:
        """Count anew what is asked in the hold; Locust's table forgets the replies of the ramp."""
        for script in self._scripts:
            script.begin_hold(window)
        self._missed = [0] * len(self._scripts)
        for listener in self._listeners.values():
            listener.missed = 0
        forget_replies(self._environment.stats)

    def end_hold(self, window: Window) -> None:
        """Count nothing that is asked after the hold."""
        for script in self._scripts:
            script.end_hold(window)

    def missed(self) -> list[int]:
        """Return per group how many messages of the hold `on_message` did not get, for it was too far behind."""
        missed = list(self._missed)
        for seat, listener in self._listeners.items():
            missed[seat.group] += listener.missed
        return missed

    def record_reply(self, seat: Seat, name: str, message: Message, asked_ns: int) -> None:
        """Record a reply that a user expected; its time counts from `asked_ns`."""
        if not self._is_told and self._scripts[seat.group].record(asked_ns, message.received_ns):
            self._fire(seat, name, response_ms(message, asked_ns), len(message.data), None)

    def record_no_reply(self, seat: Seat, name: str, why: str, asked_ns: int) -> None:
        """Record that a user expected a reply and got none."""
        is_lost = seat.ended.is_set()
        if not self._is_told and self._scripts[seat.group].note_lost(asked_ns, is_disconnected=is_lost):
            self._fire(seat, name, None, 0, TimeoutError(why))

    def owed(self) -> list[tuple[Seat, Expectation, int]]:
        """Return what was asked in the hold, when, and has neither been answered nor given up."""
        return [
            (seat, one, since_ns)
            for seat in self
            for one in seat.owed()
            if (since_ns := one.owed_since_ns) is not None and self._scripts[seat.group].counts(since_ns)
        ]

    def await_replies(self, deadline_ns: int) -> None:
        """Wait until users that asked in the hold have their replies, or have given up."""
        while self.owed() and now_ns() < deadline_ns:
            gevent.sleep(_POLL_S)

    def added_to(self, findings: list[Findings]) -> list[Findings]:
        """Return the groups' findings, with the replies of those that have tasks; from now on none is counted.

        What is owed still is lost.
        """
        for seat, expectation, since_ns in self.owed():
            self.record_no_reply(seat, expectation.name, "no reply before the drain ended", since_ns)
        self._is_told = True
        groups = self._order.groups if self._order is not None else []
        return [
            script.added_to(found) if group.role == "script" else found
            for group, script, found in zip(groups, self._scripts, findings, strict=False)
        ]

    def _call(self, user: Any, message: Message) -> None:
        try:
            user.on_message(message)
        except (StopUser, RescheduleTask):  # the connection is lost, or no reply came: recorded already
            return
        except Exception as error:  # a user's own code: reported as Locust reports that of tasks
            self._environment.events.user_error.fire(
                user_instance=user, exception=error, tb=error.__traceback__
            )

    def _fire(self, seat: Seat, name: str, time_ms: float | None, size: int, error: Exception | None) -> None:
        self._environment.events.request.fire(
            request_type=REPLY,
            name=name,
            response_time=time_ms,
            response_length=size,
            exception=error,
            context=self._users[seat.group][seat.row].context(),
        )
