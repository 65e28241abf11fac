"""A connection as a script sees it: `ws`."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, NoReturn, Protocol

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.connection import Connection, Ended
from wswarm.drive.script.deadlines import Deadlines
from wswarm.drive.script.inbox import Heard, Inbox
from wswarm.drive.script.message import Sent, encoded
from wswarm.drive.script.place import caller
from wswarm.drive.script.reasons import SessionFailed
from wswarm.drive.script.steps import Steps
from wswarm.drive.script.waiting import Message, Waiting, Wanted
from wswarm.stats.findings import STILL_OPEN
from wswarm.units import NS_PER_S

TIMEOUT_S = 10.0
_AT_ONCE = 32  # sends of one session without a look at what else there is to do

_OVER = Ended(None, "the session is over")


class Home(Protocol):
    """What all sessions of an agent share.

    Attributes:
        end_ns: The hold's end. `sends`: when messages were sent. `received`: how many were heard in sessions.
    """

    steps: Steps
    deadlines: Deadlines
    end_ns: int
    sends: list[int]
    received: int


class ScriptSocket:
    """One session's connection.

    Attributes:
        id: The number of the connection, unique in the run, from 1: what `{id}` is elsewhere.
        data: The session's row of `--data`.
    """

    __slots__ = (
        "_burst",
        "_connection",
        "_ended",
        "_home",
        "_inbox",
        "_is_over",
        "_look_ns",
        "_loop",
        "_room",
        "_sends",
        "_waiting",
        "data",
        "id",
    )

    def __init__(self, home: Home, connection_id: int, data: Mapping[str, str]) -> None:
        self.id, self.data = connection_id, data
        self._home = home
        self._loop = asyncio.get_running_loop()
        self._connection: Connection | None = None
        self._ended: Ended | None = None
        self._inbox = Inbox()
        self._sends: list[int] = []
        self._waiting: list[Waiting] = []
        self._look_ns = STILL_OPEN
        self._room: list[asyncio.Future[None]] = []
        self._burst = 0
        self._is_over = False

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
        self._sends.append(self._send(payload, is_binary=is_binary))

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

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = self._loop.create_future()

        def wake(_: int) -> None:
            if not future.done():
                future.set_result(None)

        self._home.deadlines.add(now_ns() + round(seconds * NS_PER_S), wake)
        await future

    def fail(self, reason: str) -> NoReturn:
        """End the session as a failed one, counted under the reason."""
        raise SessionFailed(reason)

    def hear(self, payload: bytes, received_ns: int, *, is_text: bool) -> None:
        """Take in a message."""
        if self._is_over:
            return
        self._home.received += 1
        if len(self._waiting) == 1:
            one = self._waiting[0]
            if one.part is not None and one.part in payload and not one.is_over:
                self._waiting.clear()
                self._inbox.clear()
                self._note(one, received_ns)
                one.answer(payload.decode(errors="replace") if is_text else payload)
                return
        heard = Heard(received_ns, payload, is_text)
        for one in tuple(self._waiting):
            if self._is_answer(one, heard):
                return
        self._inbox.put(heard)

    def begin(self, connection: Connection | None) -> None:
        """Speak on this connection, which was opened; `None`: it was lost at once."""
        self._connection = connection
        if connection is None and self._ended is None:
            self._ended = Ended("1006")

    def note_ended(self, ended: Ended) -> None:
        """Take in that the connection is lost: what is waited for will not come."""
        self._ended = ended
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.is_over:
                self._home.steps.fail(one.step)
                one.give_up(self._lost(one.name))
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
        return await self._answer_to(Waiting(wanted, sends, now_ns(), name, timeout))

    async def _request(self, message: Sent, wanted: Wanted, timeout: float | None, name: str) -> Message:
        payload, is_binary = encoded(message)
        if self._must_wait():
            await self._have_room()
        sent_ns = self._send(payload, is_binary=is_binary)
        if self._sends:
            self._sends.clear()
        return await self._answer_to(Waiting(wanted, (sent_ns,), sent_ns, name, timeout))

    def _answer_to(self, waiting: Waiting) -> "asyncio.Future[Message]":
        """Return what is waited for, once it is there."""
        home = self._home
        waiting.step = home.steps.place_of(waiting.name)
        future = waiting.future = self._loop.create_future()
        for heard in self._inbox.since(waiting.since_ns):
            if waiting.is_met_by(heard):
                self._inbox.drop_through(heard)
                self._note(waiting, heard.received_ns)
                waiting.answer(heard.message)
                return future
        if self._ended is not None:
            home.steps.fail(waiting.step)
            raise self._lost(waiting.name)
        self._waiting.append(waiting)
        if waiting.deadline_ns < self._look_ns:
            self._look_ns = waiting.deadline_ns
            home.deadlines.add(waiting.deadline_ns, self._look)
        return future

    def _is_answer(self, one: Waiting, heard: Heard) -> bool:
        """Return whether the message is what one waits for, and hand it over."""
        if one.is_over:  # the script has waited no longer
            self._waiting.remove(one)
            return False
        try:
            if not one.is_met_by(heard):
                return False
        except Exception as error:  # the script's own function: the session's to handle
            self._waiting.remove(one)
            self._home.steps.fail(one.step)
            one.give_up(error)
            return False
        self._waiting.remove(one)
        if not self._waiting:
            self._inbox.clear()
        self._note(one, heard.received_ns)
        one.answer(heard.message)
        return True

    def _note(self, one: Waiting, received_ns: int) -> None:
        self._home.steps.log += (one.step, one.took_ns(received_ns), received_ns)

    def _look(self, now: int) -> None:
        """Give up what has been waited for long enough."""
        self._look_ns = STILL_OPEN
        for one in tuple(self._waiting):
            if one.deadline_ns <= now:
                self._waiting.remove(one)
                if not one.is_over:
                    self._home.steps.fail(one.step)
                    one.give_up(TimeoutError(f"{one.name}: no answer within {one.timeout:g} s"))
        earliest_ns = min((one.deadline_ns for one in self._waiting), default=STILL_OPEN)
        if earliest_ns < STILL_OPEN:
            self._look_ns = earliest_ns
            self._home.deadlines.add(earliest_ns, self._look)

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

    def _send(self, payload: bytes, *, is_binary: bool) -> int:
        """Send at once, and return when."""
        connection = self._connection
        if connection is None or not connection.is_open:
            raise self._lost()
        sent_ns = now_ns()
        connection.say(payload, is_binary=is_binary)
        self._home.sends.append(sent_ns)
        return sent_ns

    def _lost(self, name: str = "") -> ConnectionError:
        ended = self._ended or Ended("1006")
        how = f"closed {ended.code} {ended.reason}".rstrip() if ended.code is not None else ended.reason
        return ConnectionError(f"{name}: {how}" if name else how)
