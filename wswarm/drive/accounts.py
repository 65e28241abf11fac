"""Which account a group keeps, by the role of its connections."""

from typing import NamedTuple

from wswarm.drive.account import Account, Deliveries, Echoes, Publishing
from wswarm.drive.fleet import wire
from wswarm.drive.sender import patience_ns
from wswarm.drive.swarm import Swarm
from wswarm.stats.findings import Window


class Before(NamedTuple):
    """What a load before leaves: its account, and the number of the first message after it."""

    account: Account | None
    number: int


def account_of(
    order: wire.Group, begin: wire.Begin, swarm: Swarm, window: Window, before: Before
) -> Account | None:
    """Return a new account; `None` for a role of which nothing is accounted for."""
    patience = patience_ns(order.patience_s)
    if order.role == "echo":
        return Echoes(swarm, window, begin.last_id, patience, begin.probes)
    if order.role == "publish":
        return Publishing(swarm, before.number, order.rooms)
    if order.role == "subscribe":
        known, is_answered = before.account, order.is_answered
        return Deliveries(
            swarm, window, order.publishers, patience, known, order.rooms, is_answered=is_answered
        )
    return None
