"""What the quiet probe saw, as the run file has it."""

from typing import Literal

import msgspec

from wswarm.results.distribution import Distribution


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """What a process of its own with a few sockets measured beside the load; times in s.

    Attributes:
        verdict: Whether the load read `late`; `no statement`: for a reason.
        reason: Why there is no statement; `None` where there is one.
        sockets: Those that it had open. `pairs`: broadcasts, or messages of its own, that were compared.
        own_wait_p99: How long what had come waited for the probe to read it, 99 times of a hundred no longer.
        ratio: Time of the load over that of the probe, median over the pairs; `low`, `high`: its 95 % interval.
        later: By how much the load's times were longer, median over the pairs; `later_low`: at least.
        time: What it saw: from intended (echo: sent) until the kernel had the message.
        beside: The load's times that those are compared with.
    """

    verdict: Literal["fine", "late", "no statement"]
    reason: str | None = None
    sockets: int = 0
    pairs: int = 0
    own_wait_p99: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    later: float | None = None
    later_low: float | None = None
    time: Distribution | None = None
    beside: Distribution | None = None
