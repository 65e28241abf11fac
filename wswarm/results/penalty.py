"""What slow readers cost the healthy, as the run file has it."""

import msgspec

from wswarm.results.distribution import Distribution


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """A ratio of times; `None`: too few to say.

    Attributes:
        ratio: The one over the other. `low`, `high`: its 95 % interval.
    """

    ratio: float | None = None
    low: float | None = None
    high: float | None = None


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which the slow readers read slowly, or at full speed.

    Attributes:
        t: When it began, s since the run began; `until`: when it ended.
        is_slow: Whether they read slowly. `slow`: how many were connected after it.
        broadcasts: Complete ones among the healthy; in a slow block those from back-pressure on.
        p50: Of their completion times among the healthy, s; `None` when they are too few.
        p99: Likewise. `max`: the longest.
        memory_growth: By how many bytes the target's memory grew in it; `None` if that is not known.
    """

    t: float
    until: float
    is_slow: bool
    slow: int
    broadcasts: int
    p50: float | None = None
    p99: float | None = None
    max: float | None = None
    memory_growth: int | None = None


class Penalty(msgspec.Struct, frozen=True, kw_only=True):
    """What slow readers cost the others.

    Attributes:
        ratio: Completion time of the healthy while the slow ones read slowly, over that while they read at full
            speed, from block to block on the same connections: the geometric mean over the pairs of the ratio of
            medians. `low`, `high`: Its 95 % interval; `None` below 2 pairs.
        pairs: Of blocks that were held whole. `compared`: those of them in which as many slow readers were connected
            as in the first of them, from beginning to end.
        healthy: Clients that always read. `slow`: those that did not.
        behind: The healthy just behind a slow one in the order of connecting, over those just before, in slow blocks;
            `None` if more than a tenth of them are misplaced.
        misplaced: Clients that connected in another order.
        healthy_lost: Deliveries owed to the healthy that never came.
        disconnected: Slow clients whose connection was ended, by close code; `time_to_disconnect`: from the start of
            the block in which they read slowly until the client saw it.
        pressed_after: How long after the start of a slow block the kernels between had swallowed what they can, s, as
            planned: from then on it counts.
        memory_growth: By how many bytes the target's memory grew in a slow block, on the average; `None` if unknown.
        kernel_memory: The most that TCP took of the kernel's memory, bytes, everybody's; `None` if unknown.
            `is_squeezed`: whether that was so much that the kernel squeezes the buffers of all sockets.
        blocks: In the order in which they were held.
    """

    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    pairs: int
    compared: int
    healthy: int
    slow: int
    behind: Ratio = Ratio()
    misplaced: int = 0
    healthy_lost: int
    disconnected: dict[str, int] = {}
    time_to_disconnect: Distribution | None = None
    pressed_after: float
    memory_growth: float | None = None
    kernel_memory: int | None = None
    is_squeezed: bool = False
    blocks: list[Block] = []
