"""How many sessions there were at once, and how long they lasted, made of what all agents found out together."""

from collections.abc import Sequence

import numpy as np

from wswarm.results.population import Population
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Findings, Int64s, Sockets, Window, unpack
from wswarm.stats.summary import distribution, ended_ns_of, of_values


def population(findings: Sequence[Findings], window: Window, expected: float) -> Population:
    """Return how the population fared.

    Who is still there when the hold ends has the length that was drawn for it: the end of a run cuts none short.

    Args:
        findings: Of those who come and go.
        expected: How many there are at once if all stay as they are to.
    """
    sockets = [one.sockets for one in findings]
    opened_ns = np.concatenate([np.zeros(0, np.int64), *(unpack(one.opened_ns) for one in sockets)])
    ended_ns = np.concatenate([np.zeros(0, np.int64), *(ended_ns_of(one) for one in sockets)])
    stays_ns = np.concatenate([np.zeros(0, np.int64), *map(_stays_ns, sockets)])
    lengths_ns = np.where(ended_ns == STILL_OPEN, stays_ns, ended_ns - opened_ns)
    is_of_hold = (opened_ns >= window.hold_ns) & (opened_ns < window.drain_ns) & (lengths_ns >= 0)
    return Population(
        mean=_mean(opened_ns, ended_ns, window),
        expected=expected,
        sessions=len(opened_ns),
        refused=sum(one.refused + sum(one.failures.values()) for one in sockets),
        lifetime=distribution(of_values(lengths_ns[is_of_hold])),
    )


def _stays_ns(sockets: Sockets) -> Int64s:
    """Return how long each was to stay; of a run that was cut short nobody knows."""
    return unpack(sockets.stays_ns) if sockets.stays_ns else np.full(len(unpack(sockets.opened_ns)), UNKNOWN)


def _mean(opened_ns: Int64s, ended_ns: Int64s, window: Window) -> float | None:
    """Return how many were open over the hold on the average; `None` without one."""
    held_ns = window.drain_ns - window.hold_ns
    if held_ns <= 0:
        return None
    low, high = np.maximum(opened_ns, window.hold_ns), np.minimum(ended_ns, window.drain_ns)
    return float(np.maximum(high - low, 0).sum() / held_ns)
