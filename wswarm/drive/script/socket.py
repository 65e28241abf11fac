"""A connection as a script sees it: `ws`."""

import asyncio
from collections.abc import Coroutine, Mapping
from functools import partial
from typing import Any, NoReturn

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.connection import Connection, Ended
from wswarm.drive.script.listening import Home, Listening
from wswarm.drive.script.message import Sent, encoded
from wswarm.drive.script.place import caller
from wswarm.drive.script.reasons import SessionFailed
from wswarm.drive.script.waiting import Message, Waiting, Wanted

TIMEOUT_S = 10.0
_AT_ONCE = 32  # sends of one session without a look at what else there is to do

_OVER = Ended(None, "the session is over")


class ScriptSocket(Listening):
    """One session's connection.

    Attributes:
        id: The number of the connection, unique in the run, from 1: what `{id}` is elsewhere.
        data: The session's row of `--data`.
    """

    __slots__ = (
        "_burst",
        "_connection",
        "_room",
        "_row",
        "_sends",
        "data",
        "id",
    )

    def __init__(self, home: Home, row: int, connection_id: int, data: Mapping[str, str]) -> None:
        super().__init__(home)
        self.id, self.data = connection_id, data
        self._row = row
        self._connection: Connection | None = None
        self._sends: list[int] = []
        self._room: list[asyncio.Future[None]] = []
        self._burst = 0

    @property
    def running(self) -> bool:
        """Whether the hold has not ended yet."""
        return now_ns() < self._home.end_ns

    async def send(self, message: Sent) -> None:
        """Send a message: text as text, bytes as a binary frame, a dict as JSON.

        Raises:
            ConnectionError: the connection is lost.
        """
        payload, is_binary = encoded(message)
        if self._must_wait():
            await self._have_room()
        self._sends.append(self._send(payload, is_binary))

    def expect(
        self, wanted: Wanted = None, *, timeout: float | None = TIMEOUT_S, name: str | None = None
    ) -> Coroutine[Any, Any, Message]:
        """Return the next message that is wanted; the time since the last `send` counts under the name.

        What came before that is no answer to it. If nothing was sent since the last `expect`, any message that came
        since what was taken last, with the time from this call: 0 if it was there already.

        Args:
            wanted: Text that it holds, a pattern, or a function that says true of it; `None`: any message.
            timeout: s; `None`: for ever.
            name: Of the step; by default the place of this call, `FILE.py:LINE`.

        Raises:
            TimeoutError: none came in time. ConnectionError: the connection is lost.
        """
        return self._expect(wanted, timeout, caller() if name is None else name)

    def request(
        self,
        message: Sent,
        wanted: Wanted = None,
        *,
        timeout: float | None = TIMEOUT_S,
        name: str | None = None,
    ) -> Coroutine[Any, Any, Message]:
        """Send, then expect an answer to just this: see both."""
        return self._request(message, wanted, timeout, caller() if name is None else name)

    async def publish(self, message: Sent) -> None:
        """Send a broadcast: `{marker}` in it is replaced by a mark that is owed to all others who have subscribed.

        Raises:
            ValueError: it has no `{marker}`. ConnectionError: the connection is lost.
        """
        template, is_binary = encoded(message)
        if self._must_wait():
            await self._have_room()
        intended_ns = now_ns()  # a script has no schedule that it could be late for
        number, payload = self._home.relaying.mark(self.id, template, intended_ns)
        sent_ns = self._send(payload, is_binary)
        self._home.relaying.note_sent(self.id, number, intended_ns, sent_ns)
        self._sends.append(sent_ns)

    def subscribe(self) -> None:
        """Be owed what others publish, from the frame on that the last `expect` or `request` returned."""
        if self._relay is not None:
            return
        since_ns = self._answered_ns or now_ns()
        relaying, row = self._home.relaying, self._row
        relaying.subscribe(row, self.id, since_ns)
        self._relay = partial(relaying.hear, row)
        for heard in self._inbox.since(since_ns):
            self._relay(heard.payload, heard.received_ns)

    async def sleep(self, seconds: float) -> None:
        """Wait, to the millisecond: finer timers cost as much as a request."""
        if seconds > 0:
            await self._home.sleeps.until_over(seconds)
        else:
            await asyncio.sleep(0)

    def fail(self, reason: str) -> NoReturn:
        """End the session as a failed one, counted under the reason."""
        raise SessionFailed(reason)

    def begin(self, connection: Connection | None) -> None:
        """Speak on this connection, which was opened; `None`: it was lost at once."""
        self._connection = connection
        if connection is None and self._ended is None:
            self._ended = Ended("1006")

    def note_ended(self, ended: Ended) -> None:
        """Take in that the connection is lost: nothing more comes, and nothing can be sent."""
        super().note_ended(ended)
        self.note_writable()

    def note_writable(self) -> None:
        """Take in that there is room again."""
        room, self._room = self._room, []
        for one in room:
            if not one.done():
                one.set_result(None)

    def end(self) -> int:
        """Hear and say nothing more; return how many messages there was no room for."""
        self._is_over = True
        self.note_ended(_OVER)
        self._inbox.clear()
        self._connection = None
        return self._inbox.overflowed

    async def _expect(self, wanted: Wanted, timeout: float | None, name: str) -> Message:
        sends, self._sends = self._sends, []
        step, future = self._home.steps.place_of(name), self._loop.create_future()
        return await self._answer_to(Waiting(wanted, sends, now_ns(), timeout, name, step, future))

    async def _request(self, message: Sent, wanted: Wanted, timeout: float | None, name: str) -> Message:
        payload, is_binary = (message.encode(), False) if type(message) is str else encoded(message)
        if self._must_wait():
            await self._have_room()
        sent_ns = self._send(payload, is_binary)
        if self._sends:
            self._sends.clear()
        step, future = self._home.steps.place_of(name), self._loop.create_future()
        return await self._answer_to(Waiting(wanted, (sent_ns,), sent_ns, timeout, name, step, future))

    def _must_wait(self) -> bool:
        """Return whether it is others' turn, or there is no room."""
        self._burst += 1
        connection = self._connection
        return self._burst >= _AT_ONCE or (connection is not None and not connection.is_writable)

    async def _have_room(self) -> None:
        self._burst = 0
        await asyncio.sleep(0)
        while self._connection is not None and self._connection.is_open and not self._connection.is_writable:
            room = self._loop.create_future()
            self._room.append(room)
            await room

    def _send(self, payload: bytes, is_binary: bool) -> int:
        """Send at once, and return when."""
        connection = self._connection
        if connection is None or not connection.is_open:
            raise self._lost()
        sent_ns = now_ns()
        connection.say(payload, is_binary=is_binary)
        self._home.sends.append(sent_ns)
        return sent_ns
