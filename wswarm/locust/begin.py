"""What a station is told when a test begins."""

from collections.abc import Sequence

from wswarm.drive import address
from wswarm.drive.live import wire
from wswarm.locust.messages import Begin
from wswarm.locust.order import Order
from wswarm.locust.pacing import published_to
from wswarm.locust.roster import Member
from wswarm.stats.findings import Window

_PUBLISHER_IDS = 900_000  # from a worker's first connection id on


def begin_for(
    member: Member, orders: Sequence[Order], *, ahead_ns: int, test: int, prefix: bytes, window: Window
) -> Begin:
    """Return what to tell a station.

    Args:
        ahead_ns: How much the publishers' clock is ahead of the station's.
        window: The test's, on the station's clock.

    Raises:
        TargetError: a target's name is not known.
    """
    publishing, ids, next_id = [], [], member.first_id + _PUBLISHER_IDS
    for number in published_to(orders) if member.is_publisher else ():
        order = orders[number]
        publishing.append(_squad(order, "publish"))
        ids.append(list(range(next_id, next_id + order.publishers)))
        next_id += order.publishers
    return Begin(
        test=test,
        name=member.name,
        prefix=prefix,
        window=window,
        squads=[_squad(order, order.role) for order in orders],
        publishing=publishing,
        publisher_ids=ids,
        first_id=member.first_id,
        ahead_ns=ahead_ns,
    )


def _squad(order: Order, role: wire.Role) -> wire.Squad:
    return wire.Squad(
        name=order.name,
        role=role,
        plan=order.plan,
        addresses=address.resolve(order.plan.url),
        publishers=order.publishers,
        is_heard=order.is_heard and role != "publish",
    )
