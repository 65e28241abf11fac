"""How the dropped clients came back after a storm: the figures of all agents' clients together."""

from collections import Counter
from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np

from wswarm.results.distribution import Distribution
from wswarm.results.recovery import Bystanders, KernelQueue, Recovery, Return
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Int64s, unpack
from wswarm.stats.returns import TICK_NS, Returns, Together, put_together
from wswarm.stats.summary import PERCENTS, distribution, of_values
from wswarm.stats.waves import peak, second_waves
from wswarm.units import NS_PER_S

_SECOND, _TENTH = NS_PER_S // TICK_NS, NS_PER_S // 10 // TICK_NS
_POINTS = 600


def recovery(
    parts: Sequence[Returns], due_ns: int, bystanders: Bystanders, kernel: KernelQueue | None
) -> Recovery:
    """Return how the dropped clients of all agents came back.

    Args:
        due_ns: When the drop was due.
        kernel: What the target's machine threw away unheard, `None` if that is not known.
    """
    clients = put_together(parts)
    dropped, recovered = len(clients.dropped_ns), len(clients.away_ns)
    refused: Counter[str] = Counter()
    for part in parts:
        refused.update(part.refused)
    attempts, handshakes = clients.attempts_per_tick, clients.handshakes_per_tick
    opened = [unpack(part.again.opened_ns) - unpack(part.again.started_ns) for part in parts]
    handshakes_ns = np.concatenate([np.zeros(0, np.int64), *opened])
    missed = clients.missed[clients.missed != UNKNOWN]
    queued = sum(part.queued for part in parts)
    return Recovery(
        dropped=dropped,
        recovered=recovered,
        never=dropped - recovered,
        time=times(clients.away_ns, dropped),
        ready_time=times(_ready_ns(clients), dropped),
        attempts=counts(clients.attempts),
        attempts_per_s_peak=peak(attempts, _SECOND),
        attempts_per_100ms_peak=peak(attempts, _TENTH),
        handshakes_per_s_peak=peak(handshakes, _SECOND),
        handshakes_per_100ms_peak=peak(handshakes, _TENTH),
        handshake_time=distribution(of_values(handshakes_ns)),
        refused=dict(refused.most_common()),
        wasted=int(clients.attempts.sum()) - recovered,
        second_waves=second_waves(attempts, _SECOND),
        missed=int(missed.sum()),
        bystanders=bystanders,
        queued=queued / len(handshakes_ns) if len(handshakes_ns) else None,
        kernel=kernel,
        timeline=_timeline(clients, due_ns),
    )


def times(away_ns: Int64s, dropped: int) -> Distribution:
    """Return how long all that were dropped were away, of whom those that are not among `away_ns` never came back.

    They are all there are and no sample: a percentile is the time of the client at that rank, and needs no more of
    them. `None` where that client never came back.
    """
    if not dropped or not len(away_ns):
        return Distribution(n=dropped)
    histogram = of_values(away_ns)
    is_whole = len(away_ns) == dropped
    return Distribution(
        n=dropped,
        min=int(away_ns[0]) / NS_PER_S,
        mean=histogram.total_ns / dropped / NS_PER_S if is_whole else None,
        max=int(away_ns[-1]) / NS_PER_S if is_whole else None,
        hdr=histogram.encode(),
        **{name: _at_rank(away_ns, percent, dropped, NS_PER_S) for name, percent in PERCENTS.items()},
    )


def counts(values: Int64s) -> Distribution:
    """Return how numbers of attempts are distributed over all clients."""
    if not len(values):
        return Distribution(n=0)
    ascending = np.sort(values)
    percentiles: dict[str, Any] = {
        name: _at_rank(ascending, percent, len(values), 1) for name, percent in PERCENTS.items()
    }
    least, most = float(ascending[0]), float(ascending[-1])
    return Distribution(n=len(values), min=least, mean=float(values.mean()), max=most, **percentiles)


def _at_rank(ascending: Int64s, percent: float, n: int, unit: int) -> float | None:
    rank = max(1, ceil(percent / 100 * n - 1e-9))
    return int(ascending[rank - 1]) / unit if rank <= len(ascending) else None


def _ready_ns(clients: Together) -> Int64s:
    is_ready = clients.ready_ns != STILL_OPEN
    return np.sort((clients.ready_ns - clients.dropped_ns)[is_ready])


def _timeline(clients: Together, due_ns: int) -> list[Return]:
    """Return attempts, handshakes and clients that are back, in steps of 0.1 s or more, at most some 600 of them."""
    back_ns = clients.back_ns[clients.back_ns != STILL_OPEN] - due_ns
    attempts, handshakes = clients.attempts_per_tick, clients.handshakes_per_tick
    ticks = max(len(attempts), len(handshakes), int(back_ns.max(initial=0)) // TICK_NS + 1)
    if not len(clients.dropped_ns):
        return []
    width = _TENTH * max(1, -(-ticks // (_TENTH * _POINTS)))
    back = np.bincount(np.maximum(back_ns, 0) // TICK_NS, minlength=ticks)
    columns = [_in_steps(one, width, ticks) for one in (attempts, handshakes, back)]
    rows = zip(columns[0].tolist(), columns[1].tolist(), np.cumsum(columns[2]).tolist(), strict=True)
    step_s = width * TICK_NS / NS_PER_S
    return [
        Return(t=round(place * step_s, 3), attempts=attempted, handshakes=opened, back=so_far)
        for place, (attempted, opened, so_far) in enumerate(rows)
    ]


def _in_steps(per_tick: Int64s, width: int, ticks: int) -> Int64s:
    """Return the sums of each `width` ticks, of so many."""
    whole = -(-ticks // width) * width
    sums: Int64s = np.pad(per_tick, (0, whole - len(per_tick))).reshape(-1, width).sum(axis=1)
    return sums
