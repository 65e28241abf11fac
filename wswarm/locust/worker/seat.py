"""One user's connection as its greenlet sees it."""

import time
from collections import deque
from collections.abc import Sequence
from typing import Protocol

import gevent.event
from locust import User

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet import wire
from wswarm.locust.manner import Own
from wswarm.locust.script import Message, Wanted
from wswarm.locust.worker.attendance import Attendance
from wswarm.locust.worker.inbox import Expectation, Inbox, Sending
from wswarm.units import NS_PER_S

_SENDS_KEPT = 100  # that nobody has expected an answer to; then the oldest goes


class Home(Protocol):
    """Where seats are, as users and seats see it: the station.

    Attributes:
        attendance: Whether all users are there.
        is_for_one: Whether there is one user, which Locust's runner does not know of.
    """

    attendance: Attendance
    is_for_one: bool

    def own(self, user: User) -> Own | None:
        """Return how the user's connection differs from its class's, if it does."""

    def seat(self, user: User, own: Own | None) -> "Seat":
        """Return a seat for the user, whose connection is being opened."""

    def leave(self, seat: "Seat") -> None:
        """Close the connection of a user that has stopped."""

    def tell(self, command: wire.Command) -> None:
        """Send a command to the agent that holds the users' connections."""

    def explain(self, seat: "Seat") -> None:
        """Say why a single user's connection is not there."""

    def record_reply(self, seat: "Seat", name: str, message: Message, asked_ns: int) -> None:
        """Record a reply that a user expected; its time counts from `asked_ns`."""

    def record_no_reply(self, seat: "Seat", name: str, why: str, asked_ns: int) -> None:
        """Record that a user expected a reply and got none."""


class Seat:
    """One user's connection.

    Attributes:
        own: How it differs from its class's, if it does.
        decided: Set once the handshake has succeeded or failed.
        ended: Set once the connection is lost or left, or did not open.
        failure: Why it did not open. `lost`: how it ended.
        keeps_messages: Whether `expect` may find any.
    """

    __slots__ = (
        "_asked",
        "_inbox",
        "_news",
        "_unanswered",
        "_unsaid",
        "connection_id",
        "decided",
        "ended",
        "failure",
        "group",
        "keeps_messages",
        "lost",
        "own",
        "row",
        "station",
        "test",
    )

    def __init__(
        self,
        station: Home,
        test: int,
        group: int,
        row: int,
        connection_id: int,
        *,
        own: Own | None = None,
        keeps_messages: bool = True,
    ) -> None:
        self.station, self.test = station, test
        self.group, self.row, self.connection_id, self.own = group, row, connection_id, own
        self.decided, self.ended = gevent.event.Event(), gevent.event.Event()
        self.failure: str | None = None
        self.lost = "closed here"
        self.keeps_messages = keeps_messages
        self._inbox = Inbox()
        self._news = gevent.event.Event()
        self._asked = 0
        self._unsaid: dict[int, Sending] = {}
        self._unanswered: deque[Sending] = deque(maxlen=_SENDS_KEPT)

    def say(self, message: str | bytes) -> Sending:
        """Have the agent send a message; bytes go out as a binary frame."""
        sending = Sending()
        self._asked += 1
        self._unsaid[self._asked] = sending
        self._unanswered.append(sending)
        is_binary = isinstance(message, bytes)
        payload = message if isinstance(message, bytes) else message.encode()
        self.station.tell(wire.Say(self.group, self.row, self._asked, payload, is_binary))
        return sending

    def expect(
        self, wanted: Wanted, timeout: float, name: str, sendings: Sequence[Sending] | None = None
    ) -> Message | None:
        """Return the next wanted message, and record its time; `None` if the connection was lost.

        Args:
            sendings: What it answers; `None`: all that was sent since something was expected last.

        Raises:
            TimeoutError: there was none in time.
        """
        called_ns = now_ns()
        expectation = Expectation(
            wanted, tuple(self._unanswered) if sendings is None else sendings, called_ns, name
        )
        self._unanswered.clear()
        self._inbox.begin(expectation)
        try:
            message = self._wait_for(expectation, timeout)
        finally:
            self._inbox.end(expectation)
        if message is not None:
            asked_ns = expectation.asked_ns(message.received_ns)
            answer = message._replace(received_ns=expectation.came_ns(message.received_ns))
            self.station.record_reply(self, name, answer, asked_ns)
            return message
        is_lost = self.ended.is_set()
        why = "the connection was lost" if is_lost else f"no reply within {timeout:g} s"
        since_ns = called_ns if expectation.is_unsent else expectation.since_ns
        self.station.record_no_reply(self, name, why, since_ns or called_ns)
        if is_lost:
            return None
        raise TimeoutError

    def owed(self) -> list[Expectation]:
        """Return the expectations whose answer may still come: they wait, and what they answer was sent."""
        return [one for one in self._inbox.waiting if one.owed_since_ns is not None]

    def _wait_for(self, expectation: Expectation, timeout: float) -> Message | None:
        """Return the answer, `None` if the connection was lost or it did not come in time."""
        deadline = time.monotonic() + timeout
        while True:
            self._news.clear()
            message = self._inbox.take(expectation)
            left = deadline - time.monotonic()
            if message is not None or self.ended.is_set() or expectation.is_unsent or left <= 0:
                return message
            self._news.wait(left)

    def note_decided(self, failure: str | None) -> None:
        """Take in how the handshake went."""
        self.failure = failure
        if failure is not None:
            self.ended.set()
        self.decided.set()

    def note_ended(self, lost: str = "closed here") -> None:
        """Take in that the connection is lost, and how."""
        self.lost = lost
        self.ended.set()
        self._news.set()

    def note_said(self, number: int, sent_ns: int) -> None:
        """Take in when the agent sent a message; 0: it could not, for the connection was closed."""
        sending = self._unsaid.pop(number, None)
        if sending is not None:
            sending.sent_ns = sent_ns
        if sent_ns == 0:
            self.ended.set()
        self._news.set()

    def note_heard(self, message: Message) -> None:
        """Take in a message."""
        if self.keeps_messages:
            self._inbox.put(message)
            self._news.set()


def response_ms(message: Message, asked_ns: int) -> float:
    """Return the time from `asked_ns` to receiving, ms."""
    return (message.received_ns - asked_ns) * 1_000 / NS_PER_S
