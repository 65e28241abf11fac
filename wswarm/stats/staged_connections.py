"""The stages of connections, one by one: each belongs to the stage in which it was due to come."""

from collections.abc import Sequence

import numpy as np

from wswarm.results.stages import Stage
from wswarm.stats.bins import Bins
from wswarm.stats.findings import Findings, Int64s, Window, unpack
from wswarm.stats.stage_bins import counts_of, keys_of
from wswarm.stats.stages import Counted, rows


def stages_of_connections(findings: Sequence[Findings], window: Window, due_ns: Int64s) -> list[Stage]:
    """Return the stages of the hold that began before it ended; all times are those of handshakes.

    Args:
        due_ns: When each connection was to come, ascending.
    """
    begun_ns = due_ns[: sum(one.sockets.requested for one in findings)]  # they are begun in turn
    came_ns, times_ns = _opened(findings)
    bins = Bins()
    bins.record(keys_of(came_ns, window), times_ns)
    offered, sent, received = (counts_of(moments_ns, window) for moments_ns in (due_ns, begun_ns, came_ns))
    return rows(Counted(offered, sent, received, bins), window)


def _opened(findings: Sequence[Findings]) -> tuple[Int64s, Int64s]:
    """Return of those who came and opened when each was due, and how long its handshake took."""
    columns = [
        np.stack([unpack(one.due_ns or one.started_ns), unpack(one.started_ns), unpack(one.opened_ns)])
        for one in (found.sockets for found in findings)
    ]
    due_ns, started_ns, opened_ns = np.concatenate([np.zeros((3, 0), np.int64), *columns], axis=1)
    return due_ns, opened_ns - started_ns
