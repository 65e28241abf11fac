"""The stages of connections, one by one: each belongs to the stage in which it was due to come."""

from collections.abc import Sequence

import numpy as np

from wswarm.results.stages import Stage
from wswarm.stats.bins import Bins
from wswarm.stats.findings import Findings, Int64s, Window, unpack
from wswarm.stats.stage_bins import SECONDS, counts_of, keys_of
from wswarm.stats.stages import back_after, percentiles
from wswarm.stats.summary import seconds
from wswarm.units import NS_PER_S


def stages_of_connections(findings: Sequence[Findings], window: Window, due_ns: Int64s) -> list[Stage]:
    """Return the stages of the hold that began before it ended; all times are those of handshakes.

    Args:
        due_ns: When each connection was to come, ascending.
    """
    begins_ns = [window.hold_ns, *window.stage_ends_ns[:-1]]
    ends_ns = [min(end_ns, window.drain_ns) for end_ns in window.stage_ends_ns]
    begun = [place for place, begin_ns in enumerate(begins_ns) if begin_ns < window.drain_ns]
    offered = counts_of(due_ns, window)
    begun_ns = due_ns[: sum(one.sockets.requested for one in findings)]  # they are begun in turn
    sent = counts_of(begun_ns, window)
    came_ns, times_ns = _opened(findings)
    received = counts_of(came_ns, window)
    bins = Bins()
    bins.record(keys_of(came_ns, window), times_ns)
    p50_ns, p99_ns = percentiles(bins.grouped(SECONDS), len(begins_ns))
    by_second = {key: p99 for key, _, (p99,) in bins.quantiles_ns(99.0)}
    return [
        Stage(
            from_s=(begins_ns[place] - window.hold_ns) / NS_PER_S,
            to_s=(ends_ns[place] - window.hold_ns) / NS_PER_S,
            offered=int(offered[place]),
            sent=int(sent[place]),
            received=int(received[place]),
            p50=seconds(p50_ns[place]),
            p99=seconds(p99_ns[place]),
            back_after_s=back_after(place, p99_ns, by_second, ends_ns[: len(begun)]),
        )
        for place in begun
    ]


def _opened(findings: Sequence[Findings]) -> tuple[Int64s, Int64s]:
    """Return of those who came and opened when each was due, and how long its handshake took."""
    columns = [
        np.stack([unpack(one.due_ns or one.started_ns), unpack(one.started_ns), unpack(one.opened_ns)])
        for one in (found.sockets for found in findings)
    ]
    due_ns, started_ns, opened_ns = np.concatenate([np.zeros((3, 0), np.int64), *columns], axis=1)
    return due_ns, opened_ns - started_ns
