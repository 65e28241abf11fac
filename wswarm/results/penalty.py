"""What slow readers cost the healthy, as the run file has it."""

import msgspec

from wswarm.results.distribution import Distribution


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """A ratio of times with its 95 % interval; `None`: too few to say."""

    ratio: float | None
    low: float | None
    high: float | None


class Penalty(msgspec.Struct, frozen=True, kw_only=True):
    """What slow readers cost the others.

    Attributes:
        ratio: Completion time of the healthy while the slow ones read slowly, over that while they read at full
            speed, from block to block on the same connections; `low` and `high`: its 95 % interval over the pairs.
        healthy: Clients that always read. `slow`: those that did not.
        behind: The healthy just behind a slow one in the order of connecting, over those just before.
        disconnected: Slow clients whose connection was ended, by close code; `time_to_disconnect`: from the start of
            the block in which they read slowly.
    """

    ratio: float | None
    low: float | None
    high: float | None
    pairs: int
    healthy: int
    slow: int
    behind: Ratio
    disconnected: dict[str, int] = {}
    time_to_disconnect: Distribution | None = None
