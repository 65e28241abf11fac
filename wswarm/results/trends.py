"""Trends of a long run, as the run file has them."""

from typing import Literal

import msgspec


class Block(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The median of a figure in one of equal parts of the time that is looked at; `t`: its middle."""

    t: float
    value: float


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """How one figure changed as the hold went on, its first fifth left out.

    Attributes:
        figure: `response_time`, `delivery_time`, `target.memory`, `target.descriptors`, `target.threads`.
        per_hour: In the figure's unit, `None` for too few blocks; `low`, `high`: its 95 % interval.
        per_1000_sessions: Likewise, where sessions come and go.
        matters: The slope per hour from which on it would matter.
        verdict: `growing` if it surely rises, and by more than what matters; `flat` if it surely rises by less.
        run_hours: How long a run is about to tell, where this one is inconclusive; `None` otherwise.
        tested: How many figures were looked at together.
        blocks: What the line is laid through.
    """

    figure: str
    per_hour: float | None
    low: float | None
    high: float | None
    per_1000_sessions: float | None = None
    matters: float | None = None
    verdict: Literal["growing", "flat", "inconclusive"]
    run_hours: float | None = None
    tested: int = 1
    blocks: list[Block] = []
