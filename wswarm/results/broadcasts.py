"""What a run file holds of a fan-out: how each broadcast reached its subscribers, and how all did."""

import msgspec

from wswarm.results.distribution import Distribution


class Broadcast(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One broadcast of the hold; times in s after its intended publish, `t` in s since the run began."""

    t: float
    owed: int
    received: int
    first: float | None
    median: float | None
    last: float | None


class Fanout(msgspec.Struct, frozen=True, kw_only=True):
    """How broadcasts reached their subscribers.

    Attributes:
        publishers: Connections that publish, on top of the subscribers.
        subscribers: Connections that were ready to receive.
        broadcasts: Messages that were published in the hold.
        incomplete: Broadcasts that at least one subscriber never received.
        delivery_time: n = deliveries (correlated within a broadcast).
        first_delivery: n = broadcasts, as are the following.
        median_delivery: Read off a histogram with bins of at most 2 %.
        completion_time: The last delivery of complete broadcasts only.
        spread: The last delivery minus the first, of complete broadcasts only.
        per_broadcast: In order of publishing, at most 5,000 rows; a longer run stores every k-th broadcast.
    """

    publishers: int
    subscribers: int
    broadcasts: int
    incomplete: int
    delivery_time: Distribution
    first_delivery: Distribution
    median_delivery: Distribution
    completion_time: Distribution
    spread: Distribution
    per_broadcast: list[Broadcast] = []
