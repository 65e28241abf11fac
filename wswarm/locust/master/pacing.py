"""How often each class sends, shared out among the connections that send at each station."""

import random
from collections.abc import Sequence

from wswarm.load.pace import Pace
from wswarm.locust.master.roster import Member
from wswarm.locust.order import Order
from wswarm.stats.findings import STILL_OPEN, Window

Counts = dict[int, tuple[int, ...]]
_TURN_BITS = 32


def published_to(orders: Sequence[Order]) -> list[int]:
    """Return the groups that are published to; their places in it number the publishing groups."""
    return [number for number, order in enumerate(orders) if order.publishers]


class Pacing:
    """The paces of one test, which change as connections come and go."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self._orders = orders
        self._seed = random.SystemRandom().getrandbits(32)
        self._paced: Counts = {}
        self._chance = random.Random(0)  # the seed is told beside
        self._first_turns: dict[int, int] = {}

    def changed(self, members: Sequence[Member]) -> list[int]:
        """Return the groups whose senders have changed since `note`."""
        return [group for group, count in self._counts(members).items() if count != self._paced.get(group)]

    def note(self, members: Sequence[Member]) -> list[int]:
        """Let paces be for the senders that are there now; return all groups that send."""
        self._paced = self._counts(members)
        self._first_turns = {group: self._chance.getrandbits(_TURN_BITS) for group in self._paced}
        return list(self._paced)

    def paces(
        self,
        member: Member,
        members: Sequence[Member],
        groups: Sequence[int],
        at_ns: int,
        until_ns: int = STILL_OPEN,
        *,
        is_anew: bool = False,
    ) -> tuple[list[Pace], list[Pace]]:
        """Return a member's paces from `at_ns` on: of the groups that it holds, and of those it publishes to."""
        paces, publishing = [], []
        place = members.index(member)
        for number in groups:
            counts, order = self._paced[number], self._orders[number]
            senders = sum(counts)
            pace = Pace(
                group=published_to(self._orders).index(number) if order.publishers else number,
                at_ns=at_ns + member.ahead_ns,
                until_ns=until_ns if until_ns == STILL_OPEN else until_ns + member.ahead_ns,
                is_anew=is_anew,
                arrivals=order.plan.arrivals,
                pacing=order.plan.pacing,
                seed=self._seed if order.plan.seed is None else order.plan.seed,
                rate=order.rate_for(senders) if senders else 0.0,
                senders=senders,
                first_place=sum(counts[:place]),
                first_turn=self._first_turns[number] if order.plan.arrivals == "poisson" else 0,
            )
            if not order.publishers:
                paces.append(pace)
            elif member.is_publisher:
                publishing.append(pace)
        return paces, publishing

    def of_hold(
        self, member: Member, members: Sequence[Member], groups: Sequence[int], window: Window
    ) -> tuple[list[Pace], list[Pace]]:
        """Return a member's paces until the window's hold, and in it."""
        before = self.paces(member, members, groups, window.start_ns, is_anew=True)
        after = self.paces(member, members, groups, window.hold_ns, window.drain_ns, is_anew=True)
        return before[0] + after[0], before[1] + after[1]

    def _counts(self, members: Sequence[Member]) -> Counts:
        """Return per sending group how many senders there are at each station."""
        counts: Counts = {}
        for number, order in enumerate(self._orders):
            if order.role == "echo":
                counts[number] = tuple(member.senders_in(number) for member in members)
            elif order.publishers:
                place = published_to(self._orders).index(number)
                counts[number] = tuple(member.publishers_of(place) for member in members)
        return counts
