"""The stages of a load, one by one: each message belongs to the stage in which it was due."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from wswarm.results.stages import Stage
from wswarm.stats.bins import Bins
from wswarm.stats.findings import Findings, Int64s, Window, unpack
from wswarm.stats.histogram import is_supported
from wswarm.stats.reach import put_together
from wswarm.stats.stage_bins import SECONDS, stages_of
from wswarm.stats.summary import arrivals_of, hold_log, seconds, sends_of
from wswarm.units import NS_PER_S

IS_BACK = 1.2


class Counted(NamedTuple):
    """What is known of each stage, and of the seconds after it.

    Attributes:
        offered: Per stage, as are `sent` and `received`.
        times: By the keys of `stage_bins`.
    """

    offered: Int64s
    sent: Int64s
    received: Int64s
    times: Bins


def stages(findings: Sequence[Findings], window: Window) -> list[Stage]:
    """Return the stages of the hold that began before it ended."""
    offered, sent = _sends(findings, len(window.stage_ends_ns))
    bins = _bins(findings)
    return rows(Counted(offered, sent, _received(findings, bins, window), bins), window)


def rows(counted: Counted, window: Window) -> list[Stage]:
    """Return a row for each stage that began before the hold ended."""
    begins_ns = [window.hold_ns, *window.stage_ends_ns[:-1]]
    ends_ns = [min(end_ns, window.drain_ns) for end_ns in window.stage_ends_ns]
    begun = [place for place, begin_ns in enumerate(begins_ns) if begin_ns < window.drain_ns]
    p50_ns, p99_ns = _percentiles(counted.times.grouped(SECONDS), len(begins_ns))
    by_second = {key: p99 for key, _, (p99,) in counted.times.quantiles_ns(99.0)}
    return [
        Stage(
            from_s=(begins_ns[place] - window.hold_ns) / NS_PER_S,
            to_s=(ends_ns[place] - window.hold_ns) / NS_PER_S,
            offered=int(counted.offered[place]),
            sent=int(counted.sent[place]),
            received=int(counted.received[place]),
            p50=seconds(p50_ns[place]),
            p99=seconds(p99_ns[place]),
            back_after_s=_back_after(place, p99_ns, by_second, ends_ns[: len(begun)]),
        )
        for place in begun
    ]


def _sends(findings: Sequence[Findings], count: int) -> Int64s:
    """Return what was offered and what was sent in each of so many stages."""
    total: Int64s = np.zeros((2, count), np.int64)
    for one in sends_of(findings):
        if one.of_stages:
            total += unpack(one.of_stages).reshape(2, -1)
    return total


def _bins(findings: Sequence[Findings]) -> Bins:
    bins = Bins()
    for one in arrivals_of(findings):
        bins.merge(one.by_stage)
    return bins


def _received(findings: Sequence[Findings], bins: Bins, window: Window) -> Int64s:
    """Return how many replies or deliveries of each stage came; a delivery that nobody was owed does not count."""
    received: Int64s = np.zeros(len(window.stage_ends_ns), np.int64)
    if not any(one.is_publisher for one in findings):
        for place, n, _ in bins.grouped(SECONDS).quantiles_ns(50.0):
            received[place] = n
        return received
    log = hold_log(sends_of(findings), window)
    reach = put_together([one.broadcasts for one in arrivals_of(findings)]).of(log.numbers)
    np.add.at(received, stages_of(log.intended_ns, window), reach.received)
    return received


def _percentiles(bins: Bins, count: int) -> tuple[list[int | None], list[int | None]]:
    """Return median and 99th percentile of so many stages, ns; `None` where the messages are too few."""
    p50_ns: list[int | None] = [None] * count
    p99_ns: list[int | None] = [None] * count
    for place, n, (p50, p99) in bins.quantiles_ns(50.0, 99.0):
        p50_ns[place] = p50 if is_supported(n, 50.0) else None
        p99_ns[place] = p99 if is_supported(n, 99.0) else None
    return p50_ns, p99_ns


def _back_after(
    place: int, p99_ns: Sequence[int | None], by_second: dict[int, int], ends_ns: Sequence[int]
) -> float | None:
    """Return how long after a stage p99 is back, s; `None` if it is not, or nobody knows what it was before."""
    before_ns = next((p99 for p99 in reversed(p99_ns[:place]) if p99 is not None), None)
    if before_ns is None:
        return None
    for begin_ns, key in _seconds_after(place, sorted(by_second), ends_ns):
        if by_second[key] <= IS_BACK * before_ns:
            return (begin_ns - ends_ns[place]) / NS_PER_S
    return None


def _seconds_after(place: int, keys: Sequence[int], ends_ns: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield when each second with messages after a stage begins, and its key."""
    for key in keys:
        stage, second = divmod(key, SECONDS)
        if place < stage < len(ends_ns):
            yield ends_ns[stage - 1] + second * NS_PER_S, key
