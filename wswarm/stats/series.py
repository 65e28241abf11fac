"""The run second by second, made of what all agents found out together."""

from collections.abc import Iterable, Sequence

import numpy as np

from wswarm.results.run import Second
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
from wswarm.stats.sockets import every_sockets
from wswarm.stats.summary import arrivals_of, ended_ns_of, seconds, sends_of
from wswarm.units import NS_PER_S


def series(findings: Sequence[Findings], window: Window, end_ns: int) -> list[Second]:
    """Return the run second by second, from the first connect to `end_ns`."""
    count = max(1, -(-(end_ns - window.origin_ns) // NS_PER_S))
    sockets = every_sockets(findings)
    opened_ns = np.concatenate([unpack(one.opened_ns) for one in sockets])
    closed_ns = np.concatenate([ended_ns_of(one) for one in sockets])
    started_ns = np.concatenate([unpack(one.started_ns) for one in sockets])
    failed_ns = np.concatenate([unpack(one.sockets.failed_ns) for one in findings])
    opened_in = _second(opened_ns, window)
    handshakes = Bins()
    handshakes.record(opened_in, opened_ns - started_ns)
    medians = {key: values[0] for key, n, values in handshakes.quantiles_ns(50.0) if is_supported(n, 50.0)}
    longest: Int64s = np.zeros(count + 1, np.int64)
    np.maximum.at(longest, np.minimum(opened_in, count), opened_ns - started_ns)
    opened, failed = (_per_second(_second(moment, window), count) for moment in (opened_ns, failed_ns))
    open_at_end = np.cumsum(opened) - np.cumsum(_per_second(_second(closed_ns, window), count))
    sends, arrivals = sends_of(findings), arrivals_of(findings)
    sent, received, lost = (
        _summed(parts, count)
        for parts in (
            [one.per_second for one in sends],
            [one.received_per_second for one in arrivals],
            [one.lost_per_second for one in arrivals],
        )
    )
    times = _times_by_second(arrivals)
    return [
        Second(
            t=float(second),
            connections=int(open_at_end[second]),
            opened=int(opened[second]),
            failed=int(failed[second]),
            handshake_p50=seconds(medians.get(second)),
            handshake_max=float(longest[second]) / NS_PER_S if opened[second] else None,
            sent=int(sent[second]),
            received=int(received[second]),
            lost=int(lost[second]),
            **times.get(second, {}),
        )
        for second in range(count)
    ]


def _second(moment_ns: Int64s, window: Window) -> Int64s:
    second: Int64s = np.maximum(moment_ns[moment_ns != STILL_OPEN] - window.origin_ns, 0) // NS_PER_S
    return second


def _per_second(second: Int64s, count: int) -> Int64s:
    return np.bincount(second[second < count], minlength=count)


def _summed(parts: Iterable[Packed], count: int) -> Int64s:
    total: Int64s = np.zeros(count, np.int64)
    for part in parts:
        total = add_per_second(total, unpack(part)[:count])
    return total


def _times_by_second(arrivals: Sequence[Arrivals]) -> dict[int, dict[str, float]]:
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
        for key, n, values in bins.quantiles_ns(*percents.values())
    }
