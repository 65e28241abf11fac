"""Broadcasts that sessions publish and others receive: who is owed which, one by one, as sessions come and go.

A subscription begins with a frame that its session has seen: what was sent from then on is owed for certain. What a
session publishes is not owed to itself: some targets send it back, others don't.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from wswarm.stats import extras, reach
from wswarm.stats.findings import STILL_OPEN, Arrivals, Int64s, Reached, Window, together
from wswarm.stats.ledger import Ledger
from wswarm.stats.published import Published
from wswarm.stats.tally import Batch, Settlement, Tally

_MOST_UNHEARD = 1 << 14  # broadcasts that were received before anybody told that they were sent
_MOST_PAIRS = 1 << 20  # of a receiver and a publisher whose order is followed


@dataclass(slots=True)
class _Subscription:
    """From when to when one is owed what others publish.

    Attributes:
        latest_ns: When the latest that it received was due. `lost`: how many it has not received.
    """

    connection: int
    since_ns: int
    lost_ns: int = STILL_OPEN
    left_ns: int = STILL_OPEN
    latest_ns: int = -1
    lost: int = 0

    def was_there(self, one: "_Broadcast") -> bool:
        """Return whether it was open for all of the way."""
        return self.since_ns <= one.intended_ns and one.sent_ns < min(self.lost_ns, self.left_ns)


@dataclass(slots=True)
class _Broadcast:
    """One under way; `publisher` is a connection of this agent or -1, `sent_ns` 0 while unknown."""

    intended_ns: int
    sent_ns: int = 0
    publisher: int = -1
    delays: dict[int, int] = field(default_factory=dict)


class Relay(Tally):
    """Deliveries to the subscribed sessions of one agent.

    Args:
        patience_ns: How long after its sending a delivery may come and cost nothing to remember.

    Attributes:
        subscribers: How many have ever subscribed.
    """

    def __init__(self, window: Window, patience_ns: int) -> None:
        super().__init__(window)
        self._patience_ns = patience_ns
        self._subscriptions: dict[int, _Subscription] = {}
        self._under_way: dict[int, _Broadcast] = {}
        self._unheard = 0
        self._settled, self._missing = Ledger(), dict[tuple[int, int], int]()
        self._own: dict[int, int] = {}
        self._highest: dict[tuple[int, int], int] = {}
        self._rows: list[Reached] = []
        self._owed = 0

    @property
    def subscribers(self) -> int:
        """How many have ever subscribed."""
        return len(self._subscriptions)

    def has_subscribed(self, row: int) -> bool:
        """Return whether a session has ever subscribed."""
        return row in self._subscriptions

    def subscribe(self, row: int, connection: int, since_ns: int) -> None:
        """Take it that a session is owed what is sent from then on."""
        self._subscriptions.setdefault(row, _Subscription(connection, since_ns))

    def note_lost(self, row: int, moment_ns: int) -> None:
        """Take it that the target has lost a session's connection."""
        if row in self._subscriptions:
            self._subscriptions[row].lost_ns = moment_ns

    def note_left(self, row: int, moment_ns: int) -> None:
        """Take it that a session has left by itself."""
        if row in self._subscriptions:
            self._subscriptions[row].left_ns = moment_ns

    def note_parted(self, row: int) -> None:
        """Take it that a session whose connection the target has closed was at its end: that it left."""
        each = self._subscriptions.get(row)
        if each is not None and each.lost_ns != STILL_OPEN:
            each.left_ns, each.lost_ns = each.lost_ns, STILL_OPEN

    def note_own(self, number: int, connection: int) -> None:
        """Take it that a connection of this agent has published that, before it is told by `publish`."""
        self._own[number] = connection

    def publish(self, published: Published) -> None:
        """Take in what was sent, here or elsewhere."""
        columns = (published.numbers, published.intended_ns, published.sent_ns)
        for number, intended_ns, sent_ns in zip(*(column.tolist() for column in columns), strict=True):
            if number in self._settled:
                continue
            one = self._under_way.get(number)
            if one is None:
                one = self._under_way[number] = _Broadcast(intended_ns)
            else:
                self._unheard -= 1
            one.sent_ns, one.publisher = sent_ns, self._own.pop(number, -1)

    def record(self, batch: Batch) -> None:
        """Add arrivals at sessions that have subscribed, in the order in which they came."""
        can_be = self.can_be(batch)
        batch = self.only_possible(batch, can_be, np.zeros_like(can_be))
        arrivals = zip(*(column.tolist() for column in batch), strict=True)
        kinds = np.array([self._enter(*one) for one in arrivals], np.int64).reshape(-1, 2)
        counted = kinds[:, 0] >= 0
        self.count(batch.where(counted), kinds[counted, 0] > 0, kinds[counted, 1] > 0)

    def settle_some(self, now: int, *, is_over: bool = False) -> None:
        """Settle broadcasts that all have received, or whose time has come.

        Args:
            is_over: Nothing more will come: settle all.
        """
        for number, one in list(self._under_way.items()):
            if not one.sent_ns:
                continue
            owed = self._owed_by(one)
            is_due = is_over or one.sent_ns < now - self._patience_ns
            if is_due or (owed and all(row in one.delays for row in owed)):
                self._settle(number, one, owed)

    def is_owed(self) -> bool:
        """Return whether a delivery is missing that could still come."""
        return any(
            one.sent_ns and row not in one.delays and self._subscriptions[row].lost_ns == STILL_OPEN
            for one in self._under_way.values()
            for row in self._owed_by(one)
        )

    def findings(self) -> Arrivals:
        """Return the tally as it travels, once all is settled."""
        for one in self._under_way.values():
            self.note_extra(extras.NEVER_SENT, np.full(len(one.delays), one.intended_ns))
        lost = [one.lost for one in self._subscriptions.values()]
        gone = [one.lost for one in self._subscriptions.values() if one.lost_ns != STILL_OPEN]
        self.settlement = Settlement(self._owed, sum(gone), sum(lost) - sum(gone))
        return msgspec.structs.replace(super().findings(), broadcasts=together(self._rows))

    def given_up(self) -> int:
        """As `Tally.given_up`."""
        return sum(one.lost for one in self._subscriptions.values())

    def _owed_by(self, one: _Broadcast) -> list[int]:
        """Return the rows that a broadcast is owed to, or was received by."""
        return [
            row
            for row, each in self._subscriptions.items()
            if each.was_there(one)
            and each.connection != one.publisher
            and (row in one.delays or not self._may_miss(each, one))
        ]

    def _may_miss(self, each: _Subscription, one: _Broadcast) -> bool:
        """Return whether it may have been on its way when a session left."""
        return each.left_ns != STILL_OPEN and one.sent_ns >= max(
            each.latest_ns, each.left_ns - self._patience_ns
        )

    def _settle(self, number: int, one: _Broadcast, owed: Sequence[int]) -> None:
        del self._under_way[number]
        self._settled.add(number)
        in_hold = self.is_in_hold(one.intended_ns)
        came = [one.delays[row] for row in owed if row in one.delays]
        delays_ns: Int64s = np.array([came], np.int64).reshape(1, -1)
        self._rows.append(reach.rows_of(np.array([number]), np.array([len(owed)]), delays_ns))
        for row in owed:
            if row not in one.delays:
                self._missing[number, row] = one.intended_ns
        if in_hold:
            self._owed += len(owed)
            for row in owed:
                self._subscriptions[row].lost += row not in one.delays
            missing = len(owed) - len(came)
            self.lost_per_second.add(self.second_of(np.full(missing, one.sent_ns)))

    def _enter(
        self, row: int, publisher: int, number: int, intended_ns: int, received_ns: int
    ) -> tuple[int, int]:
        """Enter one; return 1 for a first copy, 0 for a further one, -1 for none, and whether it is reordered."""
        each = self._subscriptions.get(row)
        if each is None or publisher == each.connection or received_ns > self.window.end_ns:
            return -1, 0
        if intended_ns < each.since_ns:  # on its way when it subscribed, or much older
            if intended_ns < each.since_ns - self._patience_ns:
                self.note_extra(extras.EARLY, np.array([intended_ns]))
            return -1, 0
        one = self._under_way.get(number)
        if one is None and number in self._settled:
            return self._enter_missing(row, number, intended_ns, received_ns), 0
        if one is None:
            if self._unheard >= _MOST_UNHEARD:
                self.note_extra(extras.NEVER_SENT, np.array([intended_ns]))
                return -1, 0
            self._unheard += 1
            one = self._under_way[number] = _Broadcast(intended_ns)
        if row in one.delays:
            return 0, 0
        one.delays[row] = received_ns - intended_ns
        each.latest_ns = max(each.latest_ns, intended_ns)
        return 1, self._overtaken(row, publisher, number)

    def _enter_missing(self, row: int, number: int, intended_ns: int, received_ns: int) -> int:
        """Enter a delivery of a settled broadcast; return what it is."""
        if self._missing.pop((number, row), None) is None:
            return 0
        self._rows.append(reach.correction(number, received_ns - intended_ns, was_owed=True))
        self._subscriptions[row].lost -= self.is_in_hold(intended_ns)
        return 1

    def _overtaken(self, row: int, publisher: int, number: int) -> int:
        """Return whether it came after one of its publisher's with a higher number."""
        pair = (row, publisher)
        before = self._highest.get(pair, -1)
        if number > before and (before >= 0 or len(self._highest) < _MOST_PAIRS):
            self._highest[pair] = number
        return int(number < before)

    def is_in_hold(self, intended_ns: int) -> bool:
        """Return whether an intended time lies in the hold."""
        return self.window.hold_ns <= intended_ns < self.window.drain_ns
