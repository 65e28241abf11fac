"""Values made by hand, in the form in which agents hand them in."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from wswarm.stats.findings import STILL_OPEN, Effort, Findings, Int64s, Sockets, Window, pack
from wswarm.stats.histogram import Histogram
from wswarm.stats.tally import Batch
from wswarm.units import NS_PER_S

S = NS_PER_S
WINDOW = Window(origin_ns=10 * S, start_ns=12 * S, hold_ns=13 * S, drain_ns=16 * S)

Arrival = tuple[int, int, int, int, int]


def ints(values: Iterable[int]) -> Int64s:
    """Return the values as the engine keeps them."""
    return np.array(list(values), np.int64)


def batch(arrivals: Sequence[Arrival]) -> Batch:
    """Return arrivals given as (row, publisher, sequence, intended_ns, received_ns)."""
    return Batch(*np.array(list(arrivals), np.int64).reshape(-1, 5).T)


def split(arrivals: Sequence[Arrival], cuts: Iterable[int]) -> list[Batch]:
    """Return the arrivals in batches that end at the given places."""
    bounds = [0, *sorted(min(cut, len(arrivals)) for cut in cuts), len(arrivals)]
    return [batch(arrivals[low:high]) for low, high in pairwise(bounds)]


def histogram(values_ns: Iterable[int]) -> Histogram:
    """Return the histogram of the values."""
    made = Histogram()
    made.record(ints(values_ns))
    return made


def sockets(
    opened_ns: Sequence[int] = (),
    closed_ns: Sequence[int] | None = None,
    *,
    requested: int | None = None,
    failed_ns: Sequence[int] = (),
    failures: dict[str, int] | None = None,
    closes: dict[str, int] | None = None,
    tls_ns: Sequence[int] | None = None,
    endings: Sequence[str] = (),
    ending: Sequence[int] = (),
    spoke_ns: Sequence[int] = (),
) -> Sockets:
    """Return sockets whose handshakes took 5 ms each: 2 ms for TCP, 3 ms for the upgrade."""
    count = len(opened_ns)
    ms = NS_PER_S // 1000
    return Sockets(
        requested=count + len(failed_ns) if requested is None else requested,
        started_ns=pack(ints(opened_ns) - 5 * ms),
        tcp_ns=pack(np.full(count, 2 * ms)),
        tls_ns=pack(ints(tls_ns) if tls_ns is not None else np.full(count, -1)),
        upgrade_ns=pack(np.full(count, 3 * ms)),
        opened_ns=pack(ints(opened_ns)),
        closed_ns=pack(ints(closed_ns) if closed_ns is not None else np.full(count, STILL_OPEN)),
        failed_ns=pack(ints(failed_ns)),
        failures=failures or {},
        closes=closes or {},
        endings=list(endings),
        ending=pack(ints(ending)),
        spoke_ns=pack(ints(spoke_ns)),
    )


def effort() -> Effort:
    """Return what an idle agent spends."""
    return Effort(
        cpu_s=0.1, cpu_share=0.5, rss_before=1, rss_open=2, rss_peak=3, loop_lag=b"", longest_stop_ns=0
    )


def findings(made: Sockets | None = None) -> Findings:
    """Return an agent's findings without messages."""
    return Findings(sockets=made or sockets(), effort=effort())
