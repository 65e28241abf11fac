"""Trends of a long run, as the run file has them."""

from typing import Literal

import msgspec


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """How one figure changed.

    Attributes:
        per_hour: In the figure's unit; `low` and `high`: its 95 % interval. `per_1000_sessions`: where sessions come
            and go.
        run_hours: How long a run would tell, where this one is inconclusive.
    """

    figure: str
    per_hour: float | None
    low: float | None
    high: float | None
    per_1000_sessions: float | None = None
    verdict: Literal["growing", "flat", "inconclusive"]
    run_hours: float | None = None
