"""What an agent keeps account of, by the role of its connections: replies, deliveries, or what it publishes."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.drive.outbox import Handled
from wswarm.drive.swarm import Swarm
from wswarm.stats.answered import AnsweredBroadcasts
from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import STILL_OPEN, Arrivals, Int64s, Packed, Sends, Window
from wswarm.stats.flights import Flights
from wswarm.stats.published import Published, PublishLog
from wswarm.stats.tally import Batch, Tally

_LEAST_ROOM = 16


class Account(Protocol):
    """The account of one kind of connections of one agent."""

    @property
    def tally(self) -> Tally | None:
        """What is received."""

    def handle(self, handled: Handled) -> None:
        """Take in what was sent, before what came back is taken in."""

    def take(self, batch: Batch) -> None:
        """Take in what came."""

    def settle_some(self, *, is_over: bool = False) -> bool:
        """Settle some of what is due, or of all if nothing more will come; return whether that leaves some."""

    def is_owed(self) -> bool:
        """Return whether something is owed that could still come."""

    def spoke_ns(self) -> Int64s | None:
        """Return per row when it sent last, 0 for never; `None` where rows do not send for themselves."""

    def findings(self) -> Arrivals | None:
        """Return what was received, once all is settled."""


class Echoes:
    """Replies to what the connections send."""

    def __init__(self, swarm: Swarm, window: Window, last_id: int, patience_ns: int) -> None:
        self._swarm = swarm
        self.tally = Flights(window, last_id, patience_ns)
        self.expect, self.sent_ns = self.tally.expect, self.tally.sent_ns

    def handle(self, handled: Handled) -> None:
        """Take in what was sent."""
        self._join()
        self.tally.note_sent(handled.numbers, handled.sent_ns)
        self.tally.note_unsent(handled.unsent)

    def take(self, batch: Batch) -> None:
        """Take in what came."""
        self._join()
        self.tally.record(batch)
        self.tally.retire(now_ns())

    def settle_some(self, *, is_over: bool = False) -> bool:  # noqa: ARG002  # for who follows many at once
        """Replies are settled all at once."""
        return False

    def is_owed(self) -> bool:
        """Return whether a reply is missing that could still come."""
        return not self.tally.settle(self._swarm.closed_ns(), self._swarm.left_ns()).is_final

    def spoke_ns(self) -> Int64s:
        """Return per row when it sent last."""
        return self.tally.spoke_ns

    def findings(self) -> Arrivals:
        """Return what was received."""
        self.is_owed()
        return self.tally.findings()

    def _join(self) -> None:
        self.tally.join(self._swarm.ids(np.arange(self.tally.joined, len(self._swarm.rows))))


class Deliveries:
    """Broadcasts that the connections receive.

    Args:
        before: The account of the load before this, which knows since when each of them is in the server's room.
        is_answered: Whether only an answer to its request makes a broadcast one.
    """

    def __init__(
        self,
        swarm: Swarm,
        window: Window,
        publishers: Sequence[int],
        patience_ns: int,
        before: Account | None = None,
        *,
        is_answered: bool = False,
    ) -> None:
        self._swarm = swarm
        self._times_ns: Int64s = np.full((3, _LEAST_ROOM), STILL_OPEN, np.int64)
        audience = before.tally.audience if isinstance(before, Deliveries) else None
        kind = AnsweredBroadcasts if is_answered else Broadcasts
        self.tally: Broadcasts = kind(window, publishers, patience_ns, audience)
        self._take_in(range(len(swarm.rows)))

    def handle(self, handled: Handled) -> None:
        """Subscribers send nothing."""

    def publish(self, published: Published) -> None:
        """Take in what others have sent."""
        self.tally.publish(published)

    def take(self, batch: Batch) -> None:
        """Take in what came."""
        self._see()
        self.tally.record(batch)

    def settle_some(self, *, is_over: bool = False) -> bool:
        """Settle some of the broadcasts that are due."""
        self._see()
        return self.tally.settle_some(now_ns(), is_over=is_over)

    def is_owed(self) -> bool:
        """Return whether a delivery is missing that could still come."""
        self._see()
        return self.tally.is_owed()

    def spoke_ns(self) -> None:
        """Subscribers say nothing."""
        return

    def findings(self) -> Arrivals:
        """Return what was received."""
        return self.tally.findings()

    def _see(self) -> None:
        if self._swarm.changed:
            self._take_in(sorted(self._swarm.changed))

    def _take_in(self, changed: Sequence[int]) -> None:
        """Take in the times of rows; those of the others are known."""
        count, room = len(self._swarm.rows), self._times_ns.shape[1]
        if count > room:
            more = max(count, 2 * room) - room
            self._times_ns = np.pad(self._times_ns, ((0, 0), (0, more)), constant_values=STILL_OPEN)
        self._times_ns[:, list(changed)] = self._swarm.times_ns(changed)
        self._swarm.changed.clear()
        self.tally.see(*self._times_ns[:, :count])


class Publishing:
    """Broadcasts that the connections send to others."""

    tally = None

    def __init__(self) -> None:
        self._log = PublishLog()

    def expect(self, intended_ns: Int64s, rows: Int64s) -> None:
        """It counts once it is sent."""

    def sent_ns(self, numbers: Int64s) -> Int64s:
        """Nothing comes back here."""
        return np.zeros(len(numbers), np.int64)

    def handle(self, handled: Handled) -> None:
        """Take in what was sent."""
        self._log.add(Published(handled.numbers, handled.intended_ns, handled.sent_ns))

    def take(self, batch: Batch) -> None:
        """What publishers receive is not asked for."""

    def settle_some(self, *, is_over: bool = False) -> bool:  # noqa: ARG002  # nothing is owed here
        """Publishers are owed nothing."""
        return False

    def is_owed(self) -> bool:
        """Publishers are owed nothing."""
        return False

    def spoke_ns(self) -> None:
        """It is in the log."""
        return

    def findings(self) -> None:
        """Publishers are owed nothing."""
        return

    def news(self) -> Packed:
        """Return the log since the last time."""
        return self._log.news()

    def log(self) -> Packed:
        """Return the whole log."""
        return self._log.pack()


class Sending(Protocol):
    """What sends, and can tell of it."""

    def findings(self) -> Sends:
        """Return what was sent, as far as folded."""


def sends_of(sender: Sending | None, account: Account | None) -> Sends | None:
    """Return what was sent, with the log of what was published."""
    if sender is None:
        return None
    sends = sender.findings()
    return msgspec.structs.replace(sends, log=account.log()) if isinstance(account, Publishing) else sends
