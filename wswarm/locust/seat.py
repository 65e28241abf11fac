"""One user's connection as its greenlet sees it."""

import time
from collections import deque
from typing import TYPE_CHECKING

import gevent.event

from wswarm.drive.live import wire
from wswarm.locust.script import Message, Wanted, is_wanted
from wswarm.units import NS_PER_S

if TYPE_CHECKING:
    from wswarm.locust.station import Station

KEPT = 1_000  # messages that nobody expected yet; then the oldest goes


class Seat:
    """One user's connection.

    Attributes:
        decided: Set once the handshake has succeeded or failed.
        ended: Set once the connection is lost, or did not open.
        failure: Why it did not open.
    """

    __slots__ = (
        "_asked",
        "_messages",
        "_news",
        "_sent_ns",
        "connection_id",
        "decided",
        "ended",
        "failure",
        "row",
        "squad",
        "station",
        "test",
    )

    def __init__(self, station: "Station", test: int, squad: int, row: int, connection_id: int) -> None:
        self.station, self.test = station, test
        self.squad, self.row, self.connection_id = squad, row, connection_id
        self.decided, self.ended = gevent.event.Event(), gevent.event.Event()
        self.failure: str | None = None
        self._messages: deque[Message] | None = None
        self._news = gevent.event.Event()
        self._asked, self._sent_ns = 0, 0

    def say(self, payload: bytes) -> None:
        """Have the agent send a message."""
        self._asked += 1
        self.station.tell(wire.Say(self.squad, self.row, self._asked, payload))

    def expect(self, wanted: Wanted, timeout: float, name: str) -> Message | None:
        """Return the next wanted message, and record its time; `None` if the connection was lost.

        Raises:
            TimeoutError: there was none in time.
        """
        deadline = time.monotonic() + timeout
        while True:
            message = self._take(wanted)
            if message is not None:
                self.station.record_reply(self, name, message, self._sent_ns)
                return message
            left = deadline - time.monotonic()
            if self.ended.is_set() or left <= 0:
                why = "the connection was lost" if self.ended.is_set() else f"no reply within {timeout:g} s"
                self.station.record_no_reply(self, name, why)
                if self.ended.is_set():
                    return None
                raise TimeoutError
            self._news.clear()
            self._news.wait(left)

    def keep_messages(self) -> None:
        """Keep messages for `expect` from now on."""
        self._messages = deque(maxlen=KEPT)

    def note_decided(self, failure: str | None) -> None:
        """Take in how the handshake went."""
        self.failure = failure
        if failure is not None:
            self.ended.set()
        self.decided.set()

    def note_ended(self) -> None:
        """Take in that the connection is lost."""
        self.ended.set()
        self._news.set()

    def note_said(self, sent_ns: int) -> None:
        """Take in when the agent sent the last message."""
        self._sent_ns = sent_ns

    def note_heard(self, message: Message) -> None:
        """Take in a message."""
        if self._messages is not None:
            self._messages.append(message)
            self._news.set()

    def _take(self, wanted: Wanted) -> Message | None:
        """Return the oldest wanted message and drop those before it."""
        while self._messages:
            message = self._messages.popleft()
            if is_wanted(message, wanted):
                return message
        return None


def response_ms(message: Message, sent_ns: int) -> float:
    """Return the time from sending to receiving, ms."""
    return (message.received_ns - sent_ns) * 1_000 / NS_PER_S
