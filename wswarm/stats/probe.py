"""What the quiet probe says of the load: pairs of times, theirs and its own, and whether the load read late."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from wswarm.results.probe import Probe
from wswarm.stats.findings import Int64s, Window
from wswarm.stats.histogram import Histogram
from wswarm.stats.sample import Sample
from wswarm.stats.summary import distribution, of_values
from wswarm.units import NS_PER_S

LATE_SHARE = 0.05  # later by this share of the probe's time,
LATE_NS = 300_000  # and by so much
OWN_WAIT_SHARE = 0.1  # of the median that the load reports: a probe that waits longer was starved itself
FEWEST_PAIRS = 8  # less has no interval of 95 %

_ALPHA = 0.025
_LEAST_NS = 1_000
Floats = npt.NDArray[np.float64]


class Seen(NamedTuple):
    """What the probe found.

    Attributes:
        sockets: Those that opened. `failure`: why one did not, "" if all have.
        received: Rows of `stats.beside`: by broadcasts (sequence, id, intended, kernel's receive time), or by its own
            messages (place, 0, sent, kernel's receive time).
        waits: From there until it read them, hold only.
        is_stamped: Whether the kernel gave receive times.
    """

    sockets: int
    failure: str
    received: Int64s
    waits: Histogram
    is_stamped: bool = True


class Pairs(NamedTuple):
    """Times of the load, and of the probe beside it: float64 arrays of one length, ns."""

    load_ns: Floats
    probe_ns: Floats


def of_broadcasts(
    received: Int64s, beside: Int64s, neighbours: Mapping[int, Sequence[int]], window: Window
) -> Pairs:
    """Return the delivery times of the hold's broadcasts, medians over the places where both are known.

    Args:
        beside: Rows of `stats.beside`, of all agents. neighbours: Ids of the load's connections, by the probe's id.
    """
    delays: dict[tuple[int, int], int] = {}
    for sequence, one, due, came in beside[_in_hold(beside, window)].tolist():
        delays.setdefault((sequence, one), came - due)  # a second copy counts for nothing
    found: dict[int, dict[int, tuple[float, float]]] = {}
    for sequence, one, due, came in received[_in_hold(received, window)].tolist():
        known = [delays[sequence, own] for own in neighbours.get(one, ()) if (sequence, own) in delays]
        if known:
            found.setdefault(sequence, {}).setdefault(one, (float(np.mean(known)), float(came - due)))
    medians = [_median(np.sort(list(pairs.values()), axis=0)) for pairs in found.values()]
    return _pairs(np.array(medians, np.float64).reshape(-1, 2))


def _median(ranked: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the median of each sorted column; numpy's own loads its masked arrays first, in every run."""
    middle: npt.NDArray[np.float64] = (ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) / 2
    return middle


def of_replies(received: Int64s, beside: Int64s) -> Pairs:
    """Return the service times of the probe's messages, and of the nearest of the load's to each.

    Args:
        beside: Rows of `stats.beside`, of all agents.
    """
    order = np.argsort(beside[:, 1], kind="stable")
    nearest = {int(row[0]): int(row[3] - row[2]) for row in beside[order[::-1]]}
    times = [(nearest[place], came - sent) for place, _, sent, came in received.tolist() if place in nearest]
    return _pairs(np.array(times, np.float64).reshape(-1, 2))


def judged(seen: Seen, pairs: Pairs, median_ns: int | None) -> Probe:
    """Return what the probe says.

    Args:
        median_ns: That the run reports.
    """
    ratios = Sample.of(pairs.load_ns / pairs.probe_ns)
    differences = Sample.of(pairs.load_ns - pairs.probe_ns)
    interval = ratios.quantile_interval(0.5, _ALPHA) if ratios is not None else None
    later = differences.quantile_interval(0.5, _ALPHA) if differences is not None else None
    waited_ns = seen.waits.percentile_ns(99)
    reason = _why_nothing(seen, waited_ns, median_ns, is_known=interval is not None)
    verdict: Literal["fine", "late", "no statement"] = "fine"
    if reason is not None or interval is None or later is None:
        verdict = "no statement"
    elif interval[0] > 1 + LATE_SHARE and later[0] > LATE_NS:
        verdict = "late"
    return Probe(
        verdict=verdict,
        reason=reason,
        sockets=seen.sockets,
        pairs=len(pairs.load_ns),
        own_wait_p99=None if waited_ns is None else waited_ns / NS_PER_S,
        ratio=ratios.quantile(0.5) if ratios is not None else None,
        low=interval[0] if interval is not None else None,
        high=interval[1] if interval is not None else None,
        later=differences.quantile(0.5) / NS_PER_S if differences is not None else None,
        later_low=later[0] / NS_PER_S if later is not None else None,
        time=distribution(of_values(pairs.probe_ns.astype(np.int64))),
        beside=distribution(of_values(pairs.load_ns.astype(np.int64))),
    )


def nothing(reason: str) -> Probe:
    """Return that there is no statement, and why."""
    return Probe(verdict="no statement", reason=reason)


def _why_nothing(seen: Seen, waited_ns: int | None, median_ns: int | None, *, is_known: bool) -> str | None:
    if not seen.sockets:
        return f"none of its connections opened{f': {seen.failure}' if seen.failure else ''}"
    if not seen.is_stamped:
        return "the kernel did not say when messages came"
    if waited_ns is not None and median_ns is not None and waited_ns >= OWN_WAIT_SHARE * median_ns:
        return (
            f"it read {waited_ns / 1e6:.3g} ms late itself (p99), a tenth of the median time or more:"
            " the target is too fast for it, or the machine too busy"
        )
    return None if is_known else f"too few messages to compare: fewer than {FEWEST_PAIRS}"


def _in_hold(rows: Int64s, window: Window) -> npt.NDArray[np.bool_]:
    return (rows[:, 2] >= window.hold_ns) & (rows[:, 2] < window.drain_ns)


def _pairs(times: Floats) -> Pairs:
    load_ns, probe_ns = np.maximum(times, _LEAST_NS).T
    return Pairs(load_ns, probe_ns)
