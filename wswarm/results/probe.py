"""What the quiet probe saw, as the run file has it."""

from typing import Literal

import msgspec


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """What a process of its own with a few sockets measured beside the load.

    Attributes:
        own_wait_p99: How long what had come waited for the probe to read it, s.
        ratio: Time of the load over that of the probe, message by message; `low` and `high`: its interval.
    """

    own_wait_p99: float | None
    ratio: float | None
    low: float | None
    high: float | None
    verdict: Literal["fine", "late", "no statement"]
