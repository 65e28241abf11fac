"""What a connection has received and nobody has taken yet, and which of it answers what a user expects."""

from collections import deque
from collections.abc import Sequence

from wswarm.locust.script import Message, Wanted, is_wanted

KEPT = 1_000  # messages that nobody expected yet; then the oldest goes
_NEVER = 1 << 62


class Sending:
    """One message on its way out.

    Attributes:
        sent_ns: When the agent sent it; `None` until that is known, 0: it could not, the connection was closed.
    """

    __slots__ = ("sent_ns",)

    def __init__(self) -> None:
        self.sent_ns: int | None = None


class Expectation:
    """Which message one `expect` wants, and how long that took.

    If something was sent before it, what came before the first of these sends is no answer, and the time counts from
    the latest that had gone out when the answer came. Otherwise any message that nobody has taken is one, and the
    time counts from the call: 0 for what was there already.

    Args:
        sendings: What was sent since the expectation before.
        called_ns: When it was expected, on the agent's clock.
        name: What the user calls it.
    """

    __slots__ = ("_called_ns", "_sendings", "_wanted", "name", "seen")

    def __init__(self, wanted: Wanted, sendings: Sequence[Sending], called_ns: int, name: str = "") -> None:
        self.seen, self.name = 0, name
        self._wanted, self._sendings, self._called_ns = wanted, sendings, called_ns

    @property
    def since_ns(self) -> int | None:
        """From when on a message may be the answer; `None`: not known until the agent has told when it sent."""
        times = [sending.sent_ns for sending in self._sendings]
        known = [time for time in times if time is not None]
        if len(known) < len(times):
            return None
        return min(filter(None, known), default=_NEVER if times else 0)

    @property
    def owed_since_ns(self) -> int | None:
        """When what it answers was sent; `None`: not known yet, or nothing was."""
        since_ns = self.since_ns
        return None if since_ns in (0, _NEVER) else since_ns

    @property
    def is_unsent(self) -> bool:
        """Whether something was to be sent and none of it could be."""
        return bool(self._sendings) and all(sending.sent_ns == 0 for sending in self._sendings)

    def is_met_by(self, message: Message) -> bool:
        """Return whether the message is the answer."""
        since_ns = self.since_ns
        return since_ns is not None and message.received_ns >= since_ns and is_wanted(message, self._wanted)

    def asked_ns(self, before_ns: int) -> int:
        """Return from when the time of an answer received at `before_ns` counts."""
        sent = [one.sent_ns for one in self._sendings if one.sent_ns and one.sent_ns <= before_ns]
        return max(sent, default=self._called_ns)

    def came_ns(self, received_ns: int) -> int:
        """Return when an answer came: what was there already, when it was asked for; an answer to a send never so."""
        return received_ns if self._sendings else max(received_ns, self._called_ns)


class Inbox:
    """The latest messages of one connection that nobody has taken, oldest first.

    What an expectation takes is gone, and so is all before it that no other one still waits for.

    Attributes:
        waiting: The expectations that wait.
    """

    __slots__ = ("_gone", "_messages", "waiting")

    def __init__(self) -> None:
        self._messages: deque[Message | None] = deque()
        self._gone = 0
        self.waiting: list[Expectation] = []

    def put(self, message: Message) -> None:
        """Keep a message."""
        self._messages.append(message)
        if len(self._messages) > KEPT:
            self._drop()

    def begin(self, expectation: Expectation) -> None:
        """Let an expectation wait: what may be its answer is kept until `end`."""
        self.waiting.append(expectation)

    def end(self, expectation: Expectation) -> None:
        """Let it wait no more."""
        self.waiting.remove(expectation)

    def take(self, expectation: Expectation) -> Message | None:
        """Return the oldest message that is the answer; `None`: it has not come yet."""
        if expectation.since_ns is None:
            return None
        for at in range(max(0, expectation.seen - self._gone), len(self._messages)):
            message = self._messages[at]
            if message is not None and expectation.is_met_by(message):
                self._messages[at] = None
                self._drop_before(at, expectation)
                return message
        expectation.seen = self._gone + len(self._messages)
        return None

    def _drop_before(self, at: int, taker: Expectation) -> None:
        since = [one.since_ns for one in self.waiting if one is not taker]
        needed_ns = min((0 if one is None else one for one in since), default=None)
        for _ in range(at + 1):
            first = self._messages[0]
            if first is not None and needed_ns is not None and first.received_ns >= needed_ns:
                return
            self._drop()

    def _drop(self) -> None:
        self._messages.popleft()
        self._gone += 1
