"""How often connections of one kind send, from a moment on."""

from typing import Literal

import msgspec

from wswarm.load.piecewise import Piecewise
from wswarm.units import NS_PER_S

NEVER = (1 << 63) - 1  # the end of what nobody knows the end of


class Pace(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Send at this pace from `at_ns` on.

    Message k of the sender at place p is due at `at_ns` + (p + k × senders − first_turn) / rate; with Poisson
    arrivals at random, on the average as often, and where the end is known just as often in all. In stages, message k
    of all is due when so many have come by the rate then, or at random in proportion to it.

    Attributes:
        until_ns: When it ends, if that is known.
        rate: Messages per s of all senders in all agents, 0 for none; `None`: as fast as replies come.
        senders: Their number.
        places: Per row its place among them, -1 for none. Empty: rows that are open have consecutive places from
            `first_place` on.
        is_anew: Turns begin with it, at the sender whose place is `first_turn`, rather than go on.
        is_closed: A sender waits for the reply to its message before it sends the next.
        arrivals: Evenly spaced, or at random; `seed` of the latter is the same in all agents.
        pacing: How often an agent wakes up for them, see `drive.pacer`.
        stages: In place of a rate, to which they lead one after another: ns that each lasts, and the rate at its end.
        in_hold: Messages of the hold, where stages say how many.
    """

    group: int
    at_ns: int
    until_ns: int = NEVER
    rate: float | None
    senders: int
    places: bytes = b""
    first_place: int = 0
    first_turn: int = 0
    is_anew: bool = False
    is_closed: bool = False
    arrivals: Literal["constant", "poisson"] = "constant"
    seed: int = 0
    pacing: Literal["auto", "exact", "batched"] = "auto"
    stages: list[tuple[int, float]] = []
    in_hold: int | None = None

    @property
    def length_ns(self) -> int:
        """How long it lasts."""
        return max(0, self.until_ns - self.at_ns)

    @property
    def course(self) -> Piecewise:
        """Its rate over time, where stages say it."""
        return Piecewise(self.stages)

    @property
    def count(self) -> int | None:
        """Messages of all senders in all agents, `None` where the end is not known or replies decide."""
        if self.stages:
            return self.course.count
        if self.until_ns == NEVER or self.rate is None:
            return None
        return round(self.rate * self.length_ns / NS_PER_S)
