"""One connection's conversation before the load, on its socket: heard and answered, each wait with a deadline."""

import asyncio
from collections.abc import Callable
from functools import partial

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.connection import Connection, Ended, Events, HandshakeFailed
from wswarm.drive.drivers.following import connect_following
from wswarm.drive.parting import GOODBYE_S
from wswarm.drive.unpacking import Unpacking
from wswarm.drive.way import Way
from wswarm.load.conversation import Conversation
from wswarm.load.request import request_for
from wswarm.load.template import Opening


class Talk:
    """From the upgrade to the last step; then whoever is to hear the load takes over, with what came behind it.

    Args:
        way: Says how long each message is waited for.
        after: Who hears what comes then.
        on_ready: Called at once when the last step is done, with the connection and when its message came.
        over: Returns what a connection tells so that others hear its messages.
    """

    def __init__(
        self,
        way: Way,
        conversation: Conversation,
        after: Events,
        on_ready: Callable[[Connection, int], None],
        over: Callable[[Events], Events],
    ) -> None:
        self._speech, self._conversation = way.speech, conversation
        self._timeout_s = way.manner.connect_timeout
        self._after, self._on_ready, self._over = after, on_ready, over
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[None] = self._loop.create_future()
        self._connection: Connection | None = None
        self._early: list[tuple[bytes, int]] = []
        self._ended: Ended | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._last = b""

    @property
    def events(self) -> Events:
        """What the connection tells its owner while the conversation lasts."""
        return self._after._replace(take=self._take, closed=self._note_closed, frames=None)

    async def hold(self, connection: Connection) -> None:
        """Return when all steps are done; cancelled, it ends the connection.

        Raises:
            HandshakeFailed: one is not; the connection is ended.
        """
        self._connection = connection
        self._say(self._speech.openings(self._conversation.values))
        self._say(self._conversation.go_on())
        self._go_on(now_ns())
        early, self._early = self._early, []
        for payload, received_ns in early:
            self._hear(payload, received_ns)
        if not connection.is_open:
            is_ready = self._done.done() and self._done.exception() is None
            told = self._after.closed if is_ready else self._note_closed
            told(self._ended or Ended("1006"))
        try:
            await self._done
        except BaseException:
            connection.say_goodbye()
            self._loop.call_later(GOODBYE_S, connection.abort)
            raise
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def _take(self, _row: int, payload: bytes) -> bool:
        received_ns = now_ns()
        if self._connection is None:
            self._early.append((payload, received_ns))
        else:
            self._hear(payload, received_ns)
        return True

    def _hear(self, payload: bytes, received_ns: int) -> None:
        if self._done.done():
            if self._done.exception() is None:
                self._hand_on(payload)
            return
        self._last = payload
        for message in self._speech.split(payload):
            refusal = self._speech.refusal_in(message)
            if refusal is not None:
                heard = message.decode("utf-8", "replace")
                self._fail(refusal, "" if heard == refusal else heard)
                return
        step = self._conversation.step
        self._say(self._conversation.hear(payload))
        for message in self._conversation.passed:
            self._say(self._speech.answers_to(message, self._conversation.values))
        if self._conversation.failure is not None:
            heard = payload.decode("utf-8", "replace")
            self._fail(f"{self._conversation.label}: {self._conversation.failure}", heard)
        elif self._conversation.step != step:
            self._go_on(received_ns)

    def _go_on(self, received_ns: int) -> None:
        """Wait for the next message, or be ready."""
        if self._done.done():
            return
        if self._timer is not None:
            self._timer.cancel()
        if not self._conversation.is_over:
            self._timer = self._loop.call_later(self._timeout_s, self._give_up)
            return
        assert self._connection is not None
        self._done.set_result(None)
        self._connection.attach(self._over(self._after))
        self._on_ready(self._connection, received_ns)
        for payload in self._conversation.rest:
            self._hand_on(payload)

    def _hand_on(self, payload: bytes) -> None:
        if not self._after.take(self._after.row, payload):
            self._after.unmarked(payload)

    def _say(self, messages: list[Opening]) -> None:
        for message in messages:
            if self._connection is not None and self._connection.is_open:
                self._connection.say(message.payload, is_binary=message.is_binary)

    def _give_up(self) -> None:
        heard = self._last.decode("utf-8", "replace")
        label, number = self._conversation.label, self._conversation.own_step
        reason = f"no answer to {label}" if number is None else f"{label}: no answer"
        self._fail(reason, f"last heard: {heard}" if heard else "")

    def _note_closed(self, ended: Ended) -> None:
        if self._connection is None:  # what came before that has not been heard yet
            self._ended = ended
            return
        code = ended.code or "1006"
        where = f"{self._conversation.label}: " if self._conversation.own_step is not None else ""
        self._fail(f"{where}closed {code} {ended.reason}".rstrip())

    def _fail(self, reason: str, detail: str = "") -> None:
        if not self._done.done():
            self._done.set_exception(HandshakeFailed(reason, detail))


async def open_ready(
    way: Way,
    values: dict[str, str],
    events: Events,
    on_ready: Callable[[Connection, int | None], None],
) -> int:
    """Open a connection and hold the conversation that makes it ready; return how many messages nothing waited for.

    Args:
        values: What names in braces stand for.
        on_ready: Called at once when it is ready, with the moment; `None`: when it opened.

    Raises:
        HandshakeFailed, OSError, ssl.SSLError, TimeoutError: it did not open, or the conversation failed.
    """
    conversation = way.speech.conversation(values)
    unpacking = Unpacking(way.speech.reader()) if way.speech.reader is not None else None
    if conversation is None:
        connection = await _open(way, values, events, unpacking)
        on_ready(connection, None)
        for message in way.speech.openings(values) if connection.is_open else ():
            connection.say(message.payload, is_binary=message.is_binary)
        return 0
    over = unpacking.events if unpacking is not None else _as_they_are
    talk = Talk(way, conversation, events, on_ready, over)
    await talk.hold(await _open(way, values, talk.events, unpacking))
    return conversation.skipped


async def _open(way: Way, values: dict[str, str], events: Events, unpacking: Unpacking | None) -> Connection:
    """Return the connection, whose messages these hear."""
    connect = partial(connect_following, way.driver) if way.manner.follow else way.driver
    request = request_for(way.manner, values)
    if unpacking is None:
        return await connect(request, events.row, way.settings, events)
    connection = await connect(request, events.row, way.settings, unpacking.events(events))
    unpacking.answer_on(connection)
    return connection


def _as_they_are(events: Events) -> Events:
    return events
