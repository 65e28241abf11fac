"""How the dropped clients came back after a storm: the figures of all agents' clients together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import reduce
from math import ceil
from typing import Any, NamedTuple

import numpy as np

from wswarm.results.distribution import Distribution
from wswarm.results.recovery import Bystanders, KernelQueue, Recovery, Return
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Findings, Int64s, add_per_second, unpack
from wswarm.stats.returns import TICK_NS, Returns
from wswarm.stats.summary import PERCENTS, distribution, of_values
from wswarm.stats.waves import peak, second_waves
from wswarm.units import NS_PER_S

_SECOND, _TENTH = NS_PER_S // TICK_NS, NS_PER_S // 10 // TICK_NS
_POINTS = 600


class _Clients(NamedTuple):
    """The dropped clients of all agents; arrays of the same length, a client each, and counts per tick."""

    dropped_ns: Int64s
    ready_ns: Int64s
    back_ns: Int64s
    attempts: Int64s
    missed: Int64s
    attempts_per_tick: Int64s
    handshakes_per_tick: Int64s

    def away_ns(self, until_ns: Int64s) -> Int64s:
        """Return how long each was away until then, ascending; those for whom that never came are left out."""
        return np.sort((until_ns - self.dropped_ns)[until_ns != STILL_OPEN])


def recovery(
    findings: Sequence[Findings], due_ns: int, bystanders: Bystanders, kernel: KernelQueue | None
) -> Recovery:
    """Return how the dropped clients of all agents came back.

    Args:
        due_ns: When the drop was due.
        kernel: What the target's machine threw away unheard, `None` if that is not known.
    """
    parts = [one.returns for one in findings if one.returns is not None]
    clients = _clients(parts)
    back_ns, dropped = clients.away_ns(clients.back_ns), len(clients.dropped_ns)
    handshakes_ns = _handshakes_ns(findings)
    queued = sum(part.queued for part in parts)
    return Recovery(
        dropped=dropped,
        recovered=len(back_ns),
        never=dropped - len(back_ns),
        time=times(back_ns, dropped),
        ready_time=times(clients.away_ns(clients.ready_ns), dropped),
        attempts=counts(clients.attempts),
        attempts_per_s_peak=peak(clients.attempts_per_tick, _SECOND),
        attempts_per_100ms_peak=peak(clients.attempts_per_tick, _TENTH),
        handshakes_per_s_peak=peak(clients.handshakes_per_tick, _SECOND),
        handshakes_per_100ms_peak=peak(clients.handshakes_per_tick, _TENTH),
        handshake_time=distribution(of_values(handshakes_ns)),
        refused=_refused(parts),
        wasted=int(clients.attempts.sum()) - len(back_ns),
        second_waves=second_waves(clients.attempts_per_tick, _SECOND),
        missed=int(clients.missed[clients.missed != UNKNOWN].sum()),
        bystanders=bystanders,
        queued=queued / len(handshakes_ns) if len(handshakes_ns) else None,
        kernel=kernel,
        timeline=_timeline(clients, due_ns),
    )


def notices(seen: Recovery | None, plan: Mapping[str, Any]) -> list[str]:
    """Return what a reader has to know first: who never came back, and what of the plan was not kept to."""
    if seen is None:
        return []
    told = []
    if seen.never:
        why = f"; most attempts failed as: {next(iter(seen.refused))}" if seen.refused else ""
        told.append(f"{seen.never:,} of {seen.dropped:,} dropped clients never came back{why}")
    if plan.get("how") == "restart" and plan.get("drop", 1) < 1:
        told.append(f"a restart drops everybody: --drop {plan['drop'] * 100:g}% has no say in it")
    return told


def over_ns(findings: Sequence[Findings], due_ns: int, patience_ns: int) -> int:
    """Return when the storm was over: when the last client was back, or the patience over."""
    clients = _clients([one.returns for one in findings if one.returns is not None])
    return min(due_ns + patience_ns, int(clients.back_ns.max(initial=due_ns)))


def _clients(parts: Sequence[Returns]) -> _Clients:
    names = _Clients._fields[:-2]
    per_client = [
        np.concatenate([np.zeros(0, np.int64), *(unpack(getattr(part, name)) for part in parts)])
        for name in names
    ]
    per_tick = [
        _summed([unpack(getattr(part, name)) for part in parts]) for name in _Clients._fields[len(names) :]
    ]
    return _Clients(*per_client, *per_tick)


def _summed(series: Sequence[Int64s]) -> Int64s:
    return reduce(add_per_second, series, np.zeros(0, np.int64))


def _handshakes_ns(findings: Sequence[Findings]) -> Int64s:
    again = [one.again for one in findings if one.again is not None]
    took = [unpack(one.opened_ns) - unpack(one.started_ns) for one in again]
    return np.concatenate([np.zeros(0, np.int64), *took])


def _refused(parts: Sequence[Returns]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part.refused)
    return dict(total.most_common())


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


def _timeline(clients: _Clients, due_ns: int) -> list[Return]:
    """Return attempts, handshakes and clients that are back, in steps of 0.1 s or more, at most some 600 of them.

    Steps count from when the first client was dropped.
    """
    if not len(clients.dropped_ns):
        return []
    late = max(0, int(clients.dropped_ns.min()) - due_ns) // TICK_NS  # a target takes its time to stop
    back_ns = clients.back_ns[clients.back_ns != STILL_OPEN] - due_ns - late * TICK_NS
    attempts, handshakes = clients.attempts_per_tick[late:], clients.handshakes_per_tick[late:]
    ticks = max(len(attempts), len(handshakes), int(back_ns.max(initial=0)) // TICK_NS + 1)
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
