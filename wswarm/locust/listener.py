"""Calls one user's `on_message` with one message after another."""

from collections import deque
from collections.abc import Callable

import gevent

from wswarm.locust.inbox import KEPT
from wswarm.locust.script import Message


class Listener:
    """Hears messages in a greenlet of its own, so that what it calls may wait for others.

    A listener that is 1,000 messages behind misses the oldest.
    """

    __slots__ = ("_call", "_greenlet", "_waiting")

    def __init__(self, call: Callable[[Message], None]) -> None:
        self._call = call
        self._waiting: deque[Message] = deque(maxlen=KEPT)
        self._greenlet: gevent.Greenlet[[], None] | None = None

    def hear(self, message: Message) -> None:
        """Take in a message; returns at once."""
        self._waiting.append(message)
        if self._greenlet is None:
            self._greenlet = gevent.spawn(self._work)

    def end(self) -> None:
        """Hear no more."""
        self._waiting.clear()
        if self._greenlet is not None and self._greenlet is not gevent.getcurrent():
            self._greenlet.kill(block=False)

    def _work(self) -> None:
        while self._waiting:
            self._call(self._waiting.popleft())
        self._greenlet = None
