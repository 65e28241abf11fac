"""How often each class sends, shared out among the connections that are open at each station."""

from collections.abc import Sequence

from wswarm.drive.live.wire import Pace
from wswarm.locust.order import Order
from wswarm.locust.roster import Member

Counts = dict[int, tuple[int, ...]]


def published_to(orders: Sequence[Order]) -> list[int]:
    """Return the squads that are published to; their places in it number the publishing squads."""
    return [number for number, order in enumerate(orders) if order.publishers]


class Pacing:
    """The paces of one test, which change as connections come and go."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self._orders = orders
        self._paced: Counts = {}

    def changed(self, members: Sequence[Member]) -> list[int]:
        """Return the squads whose senders have changed since `note`."""
        return [squad for squad, count in self._counts(members).items() if count != self._paced.get(squad)]

    def note(self, members: Sequence[Member]) -> list[int]:
        """Let paces be for the senders that are there now; return all squads that send."""
        self._paced = self._counts(members)
        return list(self._paced)

    def paces(
        self, member: Member, members: Sequence[Member], at_ns: int, squads: Sequence[int]
    ) -> tuple[list[Pace], list[Pace]]:
        """Return a member's paces from `at_ns` on: of the squads that it holds, and of those it publishes to."""
        paces, publishing = [], []
        place = members.index(member)
        for number in squads:
            counts, order = self._paced[number], self._orders[number]
            senders = sum(counts)
            pace = Pace(
                squad=published_to(self._orders).index(number) if order.publishers else number,
                at_ns=at_ns + member.ahead_ns,
                rate=order.rate_for(senders) if senders else 0.0,
                senders=senders,
                first_place=sum(counts[:place]),
            )
            if not order.publishers:
                paces.append(pace)
            elif member.is_publisher:
                publishing.append(pace)
        return paces, publishing

    def _counts(self, members: Sequence[Member]) -> Counts:
        """Return per sending squad how many senders are open at each station."""
        counts: Counts = {}
        for number, order in enumerate(self._orders):
            if order.role == "echo":
                counts[number] = tuple(member.open_in(number) for member in members)
            elif order.publishers:
                place = published_to(self._orders).index(number)
                counts[number] = tuple(member.publishers_of(place) for member in members)
        return counts
