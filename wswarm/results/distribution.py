"""How a time is distributed: what a run file holds of each time that was measured."""

import msgspec


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """How a time is distributed over a run.

    Attributes:
        n: Number of values.
        min: Least value, exact, s; `None` when n is 0, as are the others.
        mean: Arithmetic mean, exact, s.
        max: Greatest value, exact, s.
        p50: Median, s, three significant digits; `None` when n is too small: the 95 % confidence interval of the
            order statistic has to lie inside the sample. So are the other percentiles.
        p90: Percentile, as above.
        p95: Percentile, as above.
        p99: Percentile, as above.
        p99_9: Percentile 99.9, as above.
        p99_99: Percentile 99.99, as above.
        hdr: The whole histogram in nanoseconds, HdrHistogram V2 compressed encoding, base64.
    """

    n: int
    min: float | None = None
    mean: float | None = None
    max: float | None = None
    p50: float | None = None
    p90: float | None = None
    p95: float | None = None
    p99: float | None = None
    p99_9: float | None = None
    p99_99: float | None = None
    hdr: str | None = None
