"""What is missing from a test when a station is lost."""

from collections.abc import Mapping, Sequence

import numpy as np

from wswarm.locust.master.roster import Member
from wswarm.locust.order import Order
from wswarm.stats.findings import Packed, Window
from wswarm.stats.published import read_log


def lose(member: Member, at_s: float, orders: Sequence[Order]) -> None:
    """Note that a station is gone, with what it held."""
    if not member.has_begun:
        member.loss = f"{member.name} did not begin: nothing was heard of it"
        return
    held = [f"{count} connections of {order.name}" for order, count in _held(member, orders)]
    held += ["the publishers"] if member.is_publishing else []
    what = " and ".join(held) or "no connection yet"
    member.loss = f"{member.name} was lost {at_s:.1f} s after the start, with {what}"


def add_owed(
    member: Member, logs: Mapping[str, Packed] | None, orders: Sequence[Order], window: Window
) -> None:
    """Add to a station's loss what its subscribers were owed in the hold.

    Args:
        logs: What was published; `None`: nobody knows.
    """
    if member.loss is None:
        return
    for order, count in _held(member, orders):
        if order.role != "subscribe":
            continue
        if logs is None:
            member.loss += f"; what {order.name} was owed is not known, for nobody has the publishers' log"
        elif order.name in logs:
            broadcasts = published_in_hold(logs[order.name], window)
            owed, rooms = count * broadcasts, order.plan.rooms
            told = f"some {round(owed / rooms)}" if rooms > 1 else str(owed)
            member.loss += f"; {order.name} was owed {told} deliveries of {broadcasts} broadcasts in the hold"


def published_in_hold(log: Packed, window: Window) -> int:
    """Return how many broadcasts of the hold were sent."""
    intended_ns = read_log(log).intended_ns
    return int(np.count_nonzero((intended_ns >= window.hold_ns) & (intended_ns < window.drain_ns)))


def _held(member: Member, orders: Sequence[Order]) -> list[tuple[Order, int]]:
    """Return the classes of which the station held connections when it was heard last, and how many."""
    open_in = [(order, member.open_in(number)) for number, order in enumerate(orders)]
    return [(order, count) for order, count in open_in if count]
