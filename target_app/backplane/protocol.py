"""What a backplane promises: a broadcast reaches the subscribers of every worker process, or somebody is told.

Promise: at most once; first in, first out per channel and publishing process; no duplicates; every loss that the
backplane can know of is reported as a ``Gap``. The memory backplane keeps it within one process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Gap:
    """Messages that this process was owed and will not get.

    Attributes:
        origin: the process that published them.
        channel: where; ``None`` when it is not known which channels are concerned.
        first: sequence number of the first that is missing, counted from 1 per origin, epoch and channel;
            ``None`` when it is not known how many are missing, if any.
        last: number of the last that is missing, inclusive; ``None`` as above.
        reason: ``missing`` (a number was skipped), ``tail`` (the origin's heartbeat names a later number),
            ``origin gone`` (it ended while this process was cut off) or ``baseline`` (this process was cut off
            before it learned where the origin's numbers stood).
    """

    origin: str
    channel: str | None
    first: int | None
    last: int | None
    reason: str

    @property
    def count(self) -> int | None:
        """How many messages are missing; ``None`` when that is not known."""
        return None if self.first is None or self.last is None else self.last - self.first + 1


@dataclass(slots=True)
class Counters:
    """Counts since the backplane was made; only the event loop's thread changes them.

    Attributes:
        published: messages that the backend took.
        publish_failures: calls of ``publish`` that raised ``BackplaneDown``.
        unconfirmed: of those, messages that were given a number: they were delivered, or subscribers are told of a
            gap. What one process receives of another and what it reports as missed are, after its subscription,
            the other's ``published`` and ``unconfirmed`` together.
        delivered: messages handed to ``deliver``.
        gaps: gaps reported.
        missed: messages that the gaps of known size name.
        unknown_gaps: gaps whose size is not known.
        late: messages that came after they had been reported missing, and were dropped.
        link_losses: times that the connection which receives was lost.
        lag_ns: how long the newest heartbeat of this process took through the backend and back, in ns; 0 before
            the first and where there is no backend.
    """

    published: int = 0
    publish_failures: int = 0
    unconfirmed: int = 0
    delivered: int = 0
    gaps: int = 0
    missed: int = 0
    unknown_gaps: int = 0
    late: int = 0
    link_losses: int = 0
    lag_ns: int = 0


class BackplaneError(Exception):
    """The backplane cannot be used as asked: an unknown address, or an extra that is not installed."""


class AddressError(BackplaneError):
    """What was given cannot be the address of any backplane."""


class BackplaneDown(ConnectionError):  # noqa: N818 # a state of the backend, not a mistake
    """The backend did not confirm a message or a subscription in time; the text has its own last words, if any.

    A message may have been delivered all the same; if it was not, and the number it had been given was used,
    subscribers are told of a gap.
    """


Deliver = Callable[[str, str], None]
OnGap = Callable[[Gap], None]


class Backplane(Protocol):
    """One process's end of the backplane. All methods are for one event loop."""

    @property
    def counters(self) -> Counters:
        """What has gone through so far."""
        ...

    async def start(self, deliver: Deliver, on_gap: OnGap) -> None:
        """Connect, and keep connecting when the backend is down.

        Args:
            deliver: called with channel and message for every message of a subscribed channel, own ones
                included, synchronously and in order. It must not raise.
            on_gap: called with every gap, before the message that follows it. It must not raise.

        Raises:
            BackplaneDown: the backend cannot be reached now, at the start.
        """
        ...

    async def subscribe(self, channel: str) -> None:
        """Wait until every message published to ``channel`` from now on is owed to this process.

        Subscriptions are counted: each needs its ``unsubscribe``.

        Raises:
            BackplaneDown: the backend did not confirm it in time; it then does not count.
        """
        ...

    async def unsubscribe(self, channel: str) -> None:
        """Take one subscription back; with the last, delivery of the channel ends. Never raises for the backend.

        Raises:
            ValueError: the channel is not subscribed.
        """
        ...

    async def publish(self, channel: str, message: str) -> None:
        """Send ``message`` to all processes that subscribe to ``channel``; return once the backend has it.

        Raises:
            BackplaneDown: the backend did not confirm it in time; this is counted.
        """
        ...

    async def stop(self) -> None:
        """Disconnect. Nothing is delivered after it returns."""
        ...
