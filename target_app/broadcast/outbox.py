"""What waits for one slow client: bounded in messages and bytes, with a policy for when it is full."""

from collections import deque
from dataclasses import dataclass
from typing import Literal

from target_app.broadcast.counters import HubCounters
from target_app.broadcast.frame import Message

Policy = Literal["disconnect", "drop_oldest", "drop_newest", "coalesce"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may wait for one client, and what happens to it then.

    Attributes:
        messages: most messages, >= 1.
        size: most bytes, as frames, >= 1; one message may wait alone, however large.
        policy: when the next message does not fit: ``disconnect`` closes 1013; ``drop_oldest`` makes room at
            the front; ``drop_newest`` drops the message itself; ``coalesce`` lets it take the place of all that
            wait from its room, for rooms whose newest message makes the older ones worthless, and of the
            oldest others if that is not enough.
        close_within: seconds that a client closed by ``disconnect`` has to take what is in the server's buffer
            and the close frame, before its connection is reset.
    """

    messages: int = 256
    size: int = 4 * 1024 * 1024
    policy: Policy = "disconnect"
    close_within: float = 5.0


class Outbox:
    """The messages that wait for one client, oldest first.

    Attributes:
        waiting: the messages; change them only through the methods.
        size: their bytes.
    """

    __slots__ = ("_counters", "_limits", "size", "waiting")

    def __init__(self, limits: Limits, counters: HubCounters) -> None:
        self._limits = limits
        self._counters = counters
        self.waiting: deque[Message] = deque()
        self.size = 0

    def put(self, message: Message) -> bool:
        """Add a message, or do what the policy says; False when it says to close the connection."""
        if not self._fits(message):
            policy = self._limits.policy
            if policy == "disconnect":
                return False
            if policy == "drop_newest":
                self._counters.dropped += 1
                return True
            if policy == "coalesce" and message.channel is not None:
                self._drop_channel(message.channel)
            while not self._fits(message):
                self.pop()
                self._counters.dropped += 1
        self.waiting.append(message)
        self._count(1, len(message.frame))
        return True

    def pop(self) -> Message:
        """Take the oldest message out.

        Raises:
            IndexError: nothing waits.
        """
        message = self.waiting.popleft()
        self._count(-1, -len(message.frame))
        return message

    def clear(self) -> None:
        """Forget what waits, because its client is gone: that is no drop."""
        self._count(-len(self.waiting), -self.size)
        self.waiting.clear()

    def _fits(self, message: Message) -> bool:
        limits = self._limits
        if not self.waiting:
            return True  # one message may always wait
        return len(self.waiting) < limits.messages and self.size + len(message.frame) <= limits.size

    def _drop_channel(self, channel: str | None) -> None:
        kept = [message for message in self.waiting if message.channel != channel]
        self._counters.dropped += len(self.waiting) - len(kept)
        self.clear()
        self.waiting.extend(kept)
        self._count(len(kept), sum(len(message.frame) for message in kept))

    def _count(self, messages: int, size: int) -> None:
        self.size += size
        self._counters.outbox_messages += messages
        self._counters.outbox_bytes += size
