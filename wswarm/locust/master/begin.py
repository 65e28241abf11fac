"""What a station is told when a test begins."""

from collections.abc import Sequence

from wswarm.drive.fleet import wire
from wswarm.experiment.filling import addresses_of, variables_of
from wswarm.load.script import Script
from wswarm.locust.clock import SAME
from wswarm.locust.master.pacing import published_to
from wswarm.locust.master.roster import IDS_PER_WORKER, Member
from wswarm.locust.messages import Begin
from wswarm.locust.order import Order
from wswarm.stats.findings import Window

_MOST_WORKERS = 1_024
_PUBLISHER_IDS = 2_000_000_000  # far above those of any worker, and 31 bits long


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
    ids: dict[int, list[int]] = {}
    next_id = _PUBLISHER_IDS
    for number in published_to(orders):
        ids[number] = list(range(next_id, next_id + orders[number].publishers))
        next_id += orders[number].publishers
    return Begin(
        test=test,
        name=member.name,
        prefix=prefix,
        window=window,
        groups=[
            _group(order, order.role, ids.get(number, []), script_at(member, order, window.origin_ns))
            for number, order in enumerate(orders)
        ],
        publishing=[_group(orders[number], "publish", own, None) for number, own in ids.items()]
        if member.is_publisher
        else [],
        first_id=member.first_id,
        ahead_ns=ahead_ns,
    )


def script_at(member: Member, order: Order, origin_ns: int) -> Script | None:
    """Return what the sessions of a class are at a station; `None` if it has none."""
    if order.plan.script is None:
        return None
    return Script(
        path=order.plan.script,
        session=order.plan.session,
        place=member.first_id // IDS_PER_WORKER,
        agents=_MOST_WORKERS,
        is_one_clock=member.offset == SAME,
        origin_ns=origin_ns,
    )


def _group(order: Order, role: wire.Role, publishers: list[int], script: Script | None) -> wire.Group:
    manner = order.plan.publishing if role == "publish" else order.plan.manner
    return wire.Group(
        is_followed=role != "publish",
        name=order.name,
        role=role,
        manner=manner,
        patience_s=order.plan.drain,
        values=variables_of(order.plan),
        addresses=addresses_of(manner),
        publishers=publishers,
        rooms=order.plan.rooms,
        script=script,
        is_heard=order.is_heard and role != "publish",
    )
