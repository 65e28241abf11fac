"""What a session hears: handed to who waits for it, or kept until somebody does."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from wswarm.drive.drivers.connection import Ended
from wswarm.drive.script.deadlines import Deadlines
from wswarm.drive.script.inbox import Heard, Inbox
from wswarm.drive.script.relaying import Relaying
from wswarm.drive.script.sleeps import Sleeps
from wswarm.drive.script.steps import Steps
from wswarm.drive.script.waiting import Message, Waiting
from wswarm.stats.findings import STILL_OPEN


class Home(Protocol):
    """What all sessions of an agent share.

    Attributes:
        end_ns: The hold's end. `sends`: when messages were sent.
    """

    steps: Steps
    deadlines: Deadlines
    sleeps: Sleeps
    relaying: Relaying
    end_ns: int
    sends: list[int]


class Listening:
    """The messages of one session's connection, and who waits for them."""

    __slots__ = (
        "_answered_ns",
        "_ended",
        "_home",
        "_inbox",
        "_is_over",
        "_look_ns",
        "_loop",
        "_relay",
        "_waiting",
    )

    def __init__(self, home: Home) -> None:
        self._home = home
        self._loop = asyncio.get_running_loop()
        self._ended: Ended | None = None
        self._inbox = Inbox()
        self._waiting: list[Waiting] = []
        self._look_ns = STILL_OPEN
        self._answered_ns = 0
        # Gets all that is heard from a subscription on.
        self._relay: Callable[[bytes, int], None] | None = None
        self._is_over = False

    def hear(self, payload: bytes, received_ns: int, *, is_text: bool) -> None:
        """Take in a message."""
        if self._relay is not None:
            self._relay(payload, received_ns)
        if self._is_over:
            return
        waiting = self._waiting
        if len(waiting) == 1:  # mostly one waits, for some text: as little as can be
            one = waiting[0]
            part = one.part
            if part is not None and part in payload and not one.future.done():
                waiting.clear()
                if self._inbox.is_used:
                    self._inbox.clear()
                self._answered_ns = received_ns
                self._home.steps.log += (one.step, one.took_ns(received_ns), received_ns)
                one.future.set_result(payload.decode("utf-8", "replace") if is_text else payload)
                return
        heard = Heard(received_ns, payload, is_text)
        for one in tuple(waiting):
            if self._is_answer(one, heard):
                return
        self._inbox.put(heard)

    def note_ended(self, ended: Ended) -> None:
        """Take in that the connection is lost: what is waited for will not come."""
        self._ended = ended
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.future.done():
                self._home.steps.fail(one.step)
                one.future.set_exception(self._lost(one.name))

    def cut(self, hold_end_ns: int) -> None:
        """Take in that the run ends: what was sent in the hold, and has no answer yet, has none."""
        for one in self._waiting:
            if not one.future.done() and one.is_due_after(hold_end_ns):
                self._home.steps.cut(one.step)

    def _answer_to(self, waiting: Waiting) -> "asyncio.Future[Message]":
        """Return what is waited for, once it is there."""
        home = self._home
        future = waiting.future
        for heard in self._inbox.since(waiting.since_ns) if self._inbox.is_used else ():
            if waiting.is_met_by(heard):
                self._inbox.drop_through(heard)
                self._note(waiting, heard.received_ns)
                future.set_result(heard.message)
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
        if one.future.done():  # the script has waited no longer
            self._waiting.remove(one)
            return False
        try:
            if not one.is_met_by(heard):
                return False
        except Exception as error:  # the script's own function: the session's to handle
            self._waiting.remove(one)
            self._home.steps.fail(one.step)
            one.future.set_exception(error)
            return False
        self._waiting.remove(one)
        if not self._waiting:
            self._inbox.clear()
        self._note(one, heard.received_ns)
        one.future.set_result(heard.message)
        return True

    def _note(self, one: Waiting, received_ns: int) -> None:
        self._answered_ns = received_ns
        self._home.steps.log += (one.step, one.took_ns(received_ns), received_ns)

    def _look(self, now: int) -> None:
        """Give up what has been waited for long enough."""
        self._look_ns = STILL_OPEN
        for one in tuple(self._waiting):
            if one.deadline_ns <= now:
                self._waiting.remove(one)
                if not one.future.done():
                    self._home.steps.fail(one.step)
                    why = f"{one.name}: no answer within {one.timeout:g} s"
                    one.future.set_exception(TimeoutError(why))
        earliest_ns = min((one.deadline_ns for one in self._waiting), default=STILL_OPEN)
        if earliest_ns < STILL_OPEN:
            self._look_ns = earliest_ns
            self._home.deadlines.add(earliest_ns, self._look)

    def _lost(self, name: str = "") -> ConnectionError:
        ended = self._ended or Ended("1006")
        how = f"closed {ended.code} {ended.reason}".rstrip() if ended.code is not None else ended.reason
        return ConnectionError(f"{name}: {how}" if name else how)
