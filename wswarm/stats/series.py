"""The run second by second, made of what all agents found out together; hours of it in longer steps."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from wswarm.results.run import Second
from wswarm.stats.again import every_sockets
from wswarm.stats.bins import Bins
from wswarm.stats.findings import (
    STILL_OPEN,
    Arrivals,
    Findings,
    Int64s,
    Packed,
    Window,
    add_per_second,
    unpack,
)
from wswarm.stats.histogram import is_supported
from wswarm.stats.summary import arrivals_of, ended_ns_of, seconds, sends_of
from wswarm.units import NS_PER_S

_MOST_ROWS = 2_000


def series_of(findings: Sequence[Findings], window: Window, end_ns: int) -> dict[str, Any]:
    """Return what a run has of its series, by the names of its fields."""
    return {"series_step": step_of(window, end_ns), "series": series(findings, window, end_ns)}


def step_of(window: Window, end_ns: int) -> int:
    """Return how many seconds a row is: twice as many as often as there would be more than 2,000 rows."""
    seconds, step = _seconds(window, end_ns), 1
    while seconds > step * _MOST_ROWS:
        step *= 2
    return step


def series(findings: Sequence[Findings], window: Window, end_ns: int) -> list[Second]:
    """Return the run row by row, from the first connect to `end_ns`."""
    step = step_of(window, end_ns)
    count = -(-_seconds(window, end_ns) // step)
    opening = _opening(findings, window, count, step)
    sends, arrivals = sends_of(findings), arrivals_of(findings)
    sent, received, lost = (
        _summed(parts, count, step)
        for parts in (
            [one.per_second for one in sends],
            [one.received_per_second for one in arrivals],
            [one.lost_per_second for one in arrivals],
        )
    )
    times = _times(arrivals, step)
    return [
        Second(
            t=float(row * step),
            sent=int(sent[row]),
            received=int(received[row]),
            lost=int(lost[row]),
            **(opening[row] | times.get(row, {})),
        )
        for row in range(count)
    ]


def _opening(findings: Sequence[Findings], window: Window, count: int, step: int) -> list[dict[str, Any]]:
    """Return per row how connections came and went in it."""
    columns = every_sockets(findings)
    started_ns, opened_ns, failed_ns = (
        np.concatenate([unpack(getattr(one, name)) for one in columns])
        for name in ("started_ns", "opened_ns", "failed_ns")
    )
    closed_ns = np.concatenate([ended_ns_of(one) for one in columns])
    opened_in = _row(opened_ns, window, step)
    handshakes = Bins()
    handshakes.record(opened_in, opened_ns - started_ns)
    medians = {key: values[0] for key, n, values in handshakes.quantiles_ns(50.0) if is_supported(n, 50.0)}
    longest: Int64s = np.zeros(count + 1, np.int64)
    np.maximum.at(longest, np.minimum(opened_in, count), opened_ns - started_ns)
    opened, failed = (_per_row(_row(moment, window, step), count) for moment in (opened_ns, failed_ns))
    open_at_end = np.cumsum(opened) - np.cumsum(_per_row(_row(closed_ns, window, step), count))
    return [
        {
            "connections": int(open_at_end[row]),
            "opened": int(opened[row]),
            "failed": int(failed[row]),
            "handshake_p50": seconds(medians.get(row)),
            "handshake_max": float(longest[row]) / NS_PER_S if opened[row] else None,
        }
        for row in range(count)
    ]


def _seconds(window: Window, end_ns: int) -> int:
    return max(1, -(-(end_ns - window.origin_ns) // NS_PER_S))


def _row(moment_ns: Int64s, window: Window, step: int) -> Int64s:
    since_ns = np.maximum(moment_ns[moment_ns != STILL_OPEN] - window.origin_ns, 0)
    row: Int64s = since_ns // (step * NS_PER_S)
    return row


def _per_row(row: Int64s, count: int) -> Int64s:
    return np.bincount(row[row < count], minlength=count)


def _summed(parts: Iterable[Packed], count: int, step: int) -> Int64s:
    total: Int64s = np.zeros(count * step, np.int64)
    for part in parts:
        total = add_per_second(total, unpack(part)[: count * step])
    summed: Int64s = total.reshape(count, step).sum(axis=1)
    return summed


def _times(arrivals: Sequence[Arrivals], step: int) -> dict[int, dict[str, float]]:
    bins = Bins()
    for one in arrivals:
        bins.merge(one.by_second)
    percents = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "max": 100.0}
    return {
        key: {
            name: value / NS_PER_S
            for (name, percent), value in zip(percents.items(), values, strict=True)
            if percent == 100 or is_supported(n, percent)
        }
        for key, n, values in bins.grouped(step).quantiles_ns(*percents.values())
    }
