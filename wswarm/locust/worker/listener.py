"""Calls one user's `on_message` with one message after another."""

import time
from collections import deque
from collections.abc import Callable

import gevent

from wswarm.locust.script import Message
from wswarm.locust.worker.inbox import KEPT

_TURN_S = 0.005  # then the rest of Locust has its turn


class Listener:
    """Hears messages in a greenlet of its own, so that what it calls may wait for others.

    A listener that is 1,000 messages behind misses the oldest.

    Attributes:
        missed: How many it has missed.
    """

    __slots__ = ("_call", "_greenlet", "_waiting", "missed")

    def __init__(self, call: Callable[[Message], None]) -> None:
        self._call = call
        self.missed = 0
        self._waiting: deque[Message] = deque(maxlen=KEPT)
        self._greenlet: gevent.Greenlet[[], None] | None = None

    def hear(self, message: Message) -> None:
        """Take in a message; returns at once."""
        self.missed += len(self._waiting) == KEPT
        self._waiting.append(message)
        if self._greenlet is None:
            self._greenlet = gevent.spawn(self._work)

    def end(self) -> None:
        """Hear no more."""
        self._waiting.clear()
        if self._greenlet is not None and self._greenlet is not gevent.getcurrent():
            self._greenlet.kill(block=False)

    def _work(self) -> None:
        since = time.monotonic()
        while self._waiting:
            self._call(self._waiting.popleft())
            if time.monotonic() - since > _TURN_S:
                gevent.sleep(0)
                since = time.monotonic()
        self._greenlet = None
