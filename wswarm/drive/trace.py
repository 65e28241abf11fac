"""What a few connections say and hear, told as it happens: for who wants to see the conversation."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.connection import (
    Connection,
    Driver,
    Ended,
    Events,
    HandshakeFailed,
    Settings,
    reason_of,
)
from wswarm.load.request import Request
from wswarm.results import redact

LINES = 200  # of one connection, or of attempts to open one; what comes then is not told
WITH_IT = "with it came: "  # what the target said when it refused

Tell = Callable[[int, str, str], None]


class Traces:
    """The first few connections of a swarm are followed, and those that their clients open in place of them.

    Attributes:
        most: How many clients. `tell`: gets a client's number, and what a `Tell` gets.
    """

    def __init__(self, quoted: Callable[[bytes], str]) -> None:
        self.most = 0
        self.tell: Callable[[int, int, str, str], None] = _ignore
        self._quoted, self._of_row = quoted, dict[int, Trace]()

    def followed(self, row: int, ids: Sequence[int], driver: Driver) -> Driver:
        """Return what opens the connection of a row, followed if it is one of theirs.

        Args:
            ids: The client of each row.
        """
        if ids[row] not in ids[: self.most]:
            return driver
        if row not in self._of_row:
            self._of_row[row] = Trace(partial(self.tell, ids[row]), self._quoted)
        return self._of_row[row].driver(driver)


class Trace:
    """Follows one connection, and the attempts to open it.

    Args:
        tell: Gets the moment, what it was (`>` said, `<` heard, `*` else), and the words.
        quoted: Returns a message as it may be shown.
    """

    def __init__(self, tell: Tell, quoted: Callable[[bytes], str]) -> None:
        self._tell, self._quoted = tell, quoted
        self._left = LINES

    def driver(self, driver: Driver) -> Driver:
        """Return a driver whose connections are followed."""

        async def connect(request: Request, number: int, settings: Settings, events: Events) -> Connection:
            self.note("*", f"GET {self._shown(request.target)}")
            try:
                connection = await driver(request, number, settings, self.events(events))
            except Exception as error:
                self.note("*", f"failed: {self._shown(reason_of(error))}")
                if isinstance(error, HandshakeFailed) and error.detail.strip():
                    self.note("*", f"{WITH_IT}{self._shown(error.detail.strip())}")
                raise
            self._left = LINES
            chosen = f", subprotocol {connection.subprotocol}" if connection.subprotocol else ""
            self.note("*", f"open{chosen}")
            return cast(Connection, TracedConnection(connection, self))

        return connect

    def events(self, events: Events) -> Events:
        """Return the events, followed."""

        def take(row: int, payload: bytes) -> bool:
            self.heard(payload)
            return events.take(row, payload)

        def closed(ended: Ended) -> None:
            self.note("*", f"closed {ended.code or ''} {self._shown(ended.reason)}".rstrip())
            events.closed(ended)

        def pong(payload: bytes) -> None:
            self.note("<", "pong")
            events.pong(payload)

        def pinged(_: bytes) -> None:
            self.note("<", "ping (answered)")

        return events._replace(take=take, closed=closed, pong=pong, pinged=pinged, frames=None)

    def _shown(self, words: str) -> str:
        return redact.address(self._quoted(words.encode(errors="backslashreplace")))

    def said(self, payload: bytes, kind: str = "") -> None:
        """Tell what the connection says."""
        self.note(">", kind + self._quoted(payload))

    def heard(self, payload: bytes) -> None:
        """Tell what it hears."""
        self.note("<", self._quoted(payload))

    def note(self, kind: str, words: str) -> None:
        """Tell something of it, as long as that is not too much."""
        if self._left > 0:
            self._left -= 1
            self._tell(now_ns(), kind, words if self._left else f"{words} (and no more is shown of it)")


class TracedConnection:
    """A connection that tells what it says."""

    def __init__(self, connection: Connection, trace: Trace) -> None:
        self._connection, self._trace = connection, trace

    def __getattr__(self, name: str) -> Any:
        """Return what is the connection's own: whether it is open, and has room."""
        return getattr(self._connection, name)

    def attach(self, events: Events) -> None:
        """Tell somebody else what comes from now on."""
        self._connection.attach(self._trace.events(events))

    def send(self, payload: bytes) -> None:
        """Send one message at once, as the plan's kind of frame."""
        self._trace.said(payload)
        self._connection.send(payload)

    def say(self, payload: bytes, *, is_binary: bool = False) -> None:
        """Send one message at once, as text unless told otherwise."""
        self._trace.said(payload, "binary " if is_binary else "")
        self._connection.say(payload, is_binary=is_binary)

    def ping(self, payload: bytes) -> None:
        """Send a ping."""
        self._trace.note(">", "ping")
        self._connection.ping(payload)

    def say_goodbye(self) -> None:
        """Send a close frame with 1000 and read no more."""
        self._trace.note("*", "we close: 1000")
        self._connection.say_goodbye()

    def reset(self) -> None:
        """End the TCP connection by a reset."""
        self._trace.note("*", "we reset it")
        self._connection.reset()

    def abort(self) -> None:
        """End the TCP connection."""
        self._connection.abort()


def _ignore(*_: object) -> None:
    """Show nothing."""
