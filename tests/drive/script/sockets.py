"""A session's connection without a network: what is sent is kept, what is heard is said by the test."""

from collections.abc import Callable

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.connection import Ended
from wswarm.drive.script.deadlines import Deadlines
from wswarm.drive.script.sleeps import Sleeps
from wswarm.drive.script.socket import ScriptSocket
from wswarm.drive.script.steps import Steps
from wswarm.stats.findings import STILL_OPEN


class Line:
    """A connection that keeps what is sent, and answers at once if it is told how."""

    def __init__(self) -> None:
        self.is_open = self.is_writable = True
        self.sent: list[tuple[bytes, bool]] = []
        self.on_sent: Callable[[bytes], None] = lambda _: None

    def say(self, payload: bytes, *, is_binary: bool = False) -> None:
        """Keep one message."""
        self.sent.append((payload, is_binary))
        self.on_sent(payload)


class House:
    """What the sessions of an agent share, and one of them with its connection; made in a running loop."""

    def __init__(self) -> None:
        self.steps, self.deadlines, self.sleeps = Steps(), Deadlines(), Sleeps()
        self.end_ns, self.sends = STILL_OPEN, list[int]()
        self.line = Line()
        self.ws = ScriptSocket(self, 0, 7, {"user": "ann"})
        self.ws.begin(self.line)  # type: ignore[arg-type]

    def hear(self, *messages: str | bytes, at_ns: int | None = None) -> None:
        """Have messages come in, text as text frames."""
        for message in messages:
            payload = message if isinstance(message, bytes) else message.encode()
            received_ns = now_ns() if at_ns is None else at_ns
            self.ws.hear(payload, received_ns, is_text=isinstance(message, str))

    def echo(self) -> None:
        """Have whatever is sent come back."""
        self.line.on_sent = lambda payload: self.hear(payload.decode())

    def lose(self, code: str = "4403", reason: str = "Forbidden") -> None:
        """Have the peer close the connection."""
        self.line.is_open = False
        self.ws.note_ended(Ended(code, reason))

    def counts(self) -> dict[str, tuple[int, int]]:
        """How often each step was taken to its end, and failed."""
        self.steps.fold(0)
        return {name: (one.count, one.failed) for name, one in self.steps.found().items()}

    def times_ns(self) -> list[int]:
        """The times of the answers since the last fold, in order."""
        return self.steps.log[1::3]
