"""What an agent keeps account of, by the role of its connections: replies, deliveries, or what it publishes."""

from array import array
from collections.abc import Sequence
from typing import Protocol

import msgspec
import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.drive.outbox import Handled
from wswarm.drive.swarm import Swarm
from wswarm.load.rooms import room_of
from wswarm.stats import beside
from wswarm.stats.answered import AnsweredBroadcasts
from wswarm.stats.attendance import Attendance
from wswarm.stats.audience import GRACE_NS, Audience
from wswarm.stats.beside import Beside
from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import STILL_OPEN, Arrivals, Int64s, Packed, Sends, Window, unpack
from wswarm.stats.flights import Flights
from wswarm.stats.published import Published, PublishLog, in_rooms
from wswarm.stats.tally import Batch, Tally


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

    def findings(self, *, is_over: bool = True) -> Arrivals | None:
        """Return what was received, once all is settled or so far."""


class Echoes:
    """Replies to what the connections send.

    Args:
        probes: How many ids after the last are the probe's.
    """

    def __init__(self, swarm: Swarm, window: Window, last_id: int, patience_ns: int, probes: int = 0) -> None:
        self._swarm, self._last_id, self._probes = swarm, last_id, probes
        self._beside: Beside | None = None
        self.tally, self._patience_ns = Flights(window, last_id, patience_ns), patience_ns
        self.expect, self.sent_ns = self.tally.expect, self.tally.sent_ns

    def handle(self, handled: Handled) -> None:
        """Take in what was sent."""
        self._join()
        self.tally.note_sent(handled.numbers, handled.sent_ns)
        self.tally.note_unsent(handled.unsent)

    def compare(self, instants_ns: Int64s) -> None:
        """Note which replies came next to what the probe asks then."""
        if len(instants_ns):
            self._beside = beside.Replies(instants_ns, self.tally.sent_ns, self.tally.is_own)

    def take(self, batch: Batch) -> None:
        """Take in what came."""
        self._join()
        if self._probes:
            batch = self._without_probes(batch)
        if self._beside is not None:
            self._beside.note(batch)
        self.tally.record(batch)
        self.tally.retire(now_ns())

    def _without_probes(self, batch: Batch) -> Batch:
        """Return the arrivals without answers to the probe, which a server may give to all."""
        ours = (batch.publishers <= self._last_id) | (batch.publishers > self._last_id + self._probes)
        return batch if ours.all() else batch.where(ours)

    def settle_some(self, *, is_over: bool = False) -> bool:  # noqa: ARG002  # for who follows many at once
        """Replies are settled all at once."""
        return False

    def is_owed(self) -> bool:
        """Return whether a reply is missing that could still come."""
        return not self.tally.settle(self._swarm.closed_ns(), self._swarm.left_ns()).is_final

    def spoke_ns(self) -> Int64s:
        """Return per row when it sent last."""
        return self.tally.spoke_ns

    def findings(self, *, is_over: bool = True) -> Arrivals:
        """Return what was received."""
        before_ns = STILL_OPEN if is_over else now_ns() - self._patience_ns
        self.tally.settle(self._swarm.closed_ns(), self._swarm.left_ns(), before_ns)
        return _with(self._beside, self.tally.findings())

    def _join(self) -> None:
        self.tally.join(self._swarm.ids(np.arange(self.tally.joined, len(self._swarm.rows))))


class Deliveries:
    """Broadcasts that the connections receive.

    Args:
        before: The account of the load before this, which knows since when the server sends to each of them.
        rooms: How many they and the publishers are in.
        is_answered: Whether only an answer to its request makes a broadcast one.
    """

    def __init__(
        self,
        swarm: Swarm,
        window: Window,
        publishers: Sequence[int],
        patience_ns: int,
        before: Account | None = None,
        rooms: int = 1,
        *,
        is_answered: bool = False,
    ) -> None:
        self._swarm, self._rooms = swarm, rooms
        self._beside: Beside | None = None
        grace_ns = 0 if swarm.is_confirmed else GRACE_NS
        known = Audience(patience_ns, rooms, grace_ns)
        if isinstance(before, Deliveries):
            known = before.tally.audience
        of = [room_of(one, rooms) for one in publishers]
        kind = AnsweredBroadcasts if is_answered else Broadcasts
        self.tally: Broadcasts = kind(window, publishers, patience_ns, known, of)
        self._attendance = Attendance(self.tally, patience_ns)
        self._take_in(range(len(swarm.rows)))

    def handle(self, handled: Handled) -> None:
        """Subscribers send nothing."""

    def publish(self, published: Published) -> None:
        """Take in what others have sent; whom it is owed to has to be known before."""
        self._see()
        self.tally.publish(published)

    def compare(self, ids: Sequence[int]) -> None:
        """Note what comes on the connections with these ids, which are next to the probe's."""
        known = self._swarm.ids(np.arange(len(self._swarm.rows)))
        near = {row: int(known[row]) for row in np.flatnonzero(np.isin(known, list(ids))).tolist()}
        self._beside = beside.Deliveries(near) if near else None

    def take(self, batch: Batch) -> None:
        """Take in what came."""
        self._see()
        if self._beside is not None:
            self._beside.note(batch)
        self.tally.record(batch._replace(rows=self._attendance.places(batch.rows)))

    def settle_some(self, *, is_over: bool = False) -> bool:
        """Settle some of the broadcasts that are due."""
        self._see()
        now = now_ns()
        self._attendance.part(now)
        return self.tally.settle_some(now, is_over=is_over)

    def is_owed(self) -> bool:
        """Return whether a delivery is missing that could still come."""
        self._see()
        return self.tally.is_owed()

    def spoke_ns(self) -> None:
        """Subscribers say nothing."""
        return

    def findings(self, *, is_over: bool = True) -> Arrivals:
        """Return what was received."""
        audience = self.tally.audience
        is_one = len(audience.rooms.sizes) == 1  # in a room of its own nothing may have been said
        deaf = audience.deaf(self.tally.window.hold_ns) if is_one and is_over else 0
        found = msgspec.structs.replace(self.tally.findings(is_over=is_over), deaf=deaf)
        return _with(self._beside, found)

    def _see(self) -> None:
        if self._swarm.changed:
            self._take_in(sorted(self._swarm.changed))

    def _take_in(self, changed: Sequence[int]) -> None:
        """Take in the times of rows; those of the others are known."""
        new = range(self._attendance.given, len(self._swarm.rows))
        self._attendance.join(self._rooms_of(new))
        self._attendance.see(changed, self._swarm.times_ns(changed))
        self._swarm.changed.clear()

    def _rooms_of(self, rows: range) -> Int64s:
        if self._rooms == 1:
            return np.zeros(len(rows), np.int64)
        return np.array([room_of(self._swarm.id_of(row), self._rooms) for row in rows], np.int64)


class Publishing:
    """Broadcasts that the connections send to others.

    Args:
        first: The number of the first message. `rooms`: how many the connections are in.
    """

    tally = None

    def __init__(self, swarm: Swarm, first: int = 0, rooms: int = 1) -> None:
        self._swarm, self._first, self._rooms = swarm, first, rooms
        self._log = PublishLog()
        self._room_of_number = array("i")

    def expect(self, intended_ns: Int64s, rows: Int64s) -> None:  # noqa: ARG002  # it counts once it is sent
        """Take it that the next messages are for the rooms of those who send them."""
        if self._rooms > 1:
            self._room_of_number.extend(room_of(one, self._rooms) for one in self._swarm.ids(rows).tolist())

    def sent_ns(self, numbers: Int64s) -> Int64s:
        """Nothing comes back here."""
        return np.zeros(len(numbers), np.int64)

    def handle(self, handled: Handled) -> None:
        """Take in what was sent."""
        numbers = handled.numbers
        if self._rooms > 1:
            rooms = np.frombuffer(self._room_of_number, np.int32)[numbers - self._first].astype(np.int64)
            numbers = in_rooms(numbers, rooms)
        self._log.add(Published(numbers, handled.intended_ns, handled.sent_ns))

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

    def findings(self, *, is_over: bool = True) -> None:  # noqa: ARG002  # nothing is owed here
        """Publishers are owed nothing."""
        return

    def news(self) -> Packed:
        """Return the log since the last time."""
        return self._log.news()

    def log(self) -> Packed:
        """Return the whole log."""
        return self._log.pack()


def compare(account: Account | None, ids: Sequence[int], probed_ns: Packed) -> None:
    """Have an account note what came right beside the quiet probe: on these connections, or at these moments."""
    if isinstance(account, Echoes):
        account.compare(unpack(probed_ns))
    elif isinstance(account, Deliveries):
        account.compare(ids)


def _with(near: Beside | None, found: Arrivals) -> Arrivals:
    return msgspec.structs.replace(found, beside=near.pack()) if near is not None else found


class Sending(Protocol):
    """What sends, and can tell of it."""

    def findings(self) -> Sends:
        """Return what was sent, as far as folded."""


def sends_of(sender: Sending | None, account: Account | None, *, is_over: bool = True) -> Sends | None:
    """Return what was sent, with the log of what was published if nothing more will be."""
    if sender is None:
        return None
    sends = sender.findings()
    return (
        msgspec.structs.replace(sends, log=account.log())
        if is_over and isinstance(account, Publishing)
        else sends
    )
