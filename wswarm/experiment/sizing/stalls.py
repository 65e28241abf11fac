"""How long a server's loop stood still, as far as times tell: where messages hardly wait for each other."""

from collections.abc import Iterable

from wswarm.results.run import Run

LEAST_S = 0.002
_LIGHT = 0.35  # of a core: above, messages wait for messages
_BRIEF = 0.0005  # s that a message may take: four of them, one after another, are rare in a light load


def stalls_of(run: Run, rate: float, utilisation: float) -> tuple[float, ...] | None:
    """Return how much longer than usual it took, s, each time that it was 2 ms or more; `None` where that says
    nothing.

    Messages that one stall delayed together count as one, by the longest. A generator's stall looks the same.
    """
    if rate <= 0 or utilisation > _LIGHT or utilisation / rate > _BRIEF:
        return None
    times, usual = _firsts(run)
    return tuple(_peaks(times, usual)) if times and usual is not None else None


def _firsts(run: Run) -> tuple[list[float], float | None]:
    """Return how long each message took at first, in order, and how long that usually is."""
    if run.fanout is not None:
        rows = run.fanout.per_broadcast
        return [row.first for row in rows if row.first is not None], run.fanout.first_delivery.p50
    seen = run.response_time
    within = [row for row in run.series if run.phases.hold <= row.t < run.phases.drain]
    return [row.max for row in within if row.max is not None], seen.p50 if seen is not None else None


def _peaks(times: Iterable[float], usual: float) -> Iterable[float]:
    """Yield the longest of each run of times that are long."""
    longest = 0.0
    for time in (*times, usual):
        beyond = time - usual
        if beyond >= LEAST_S:
            longest = max(longest, beyond)
        elif longest:
            yield longest
            longest = 0.0
