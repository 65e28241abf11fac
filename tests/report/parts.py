"""Parts of made-up runs: samples, distributions, connections, seconds, broadcasts."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from wswarm.results.run import (
    Broadcast,
    Connections,
    Distribution,
    Handshake,
    Lost,
    Messages,
    Moment,
    Phases,
    Second,
)
from wswarm.stats.histogram import Histogram

LEVELS = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99_9": 0.999, "p99_99": 0.9999}


def distribution(times_s: Sequence[float] | np.ndarray[Any, np.dtype[np.float64]]) -> Distribution:
    """Return the distribution of some times in s; a percentile is `None` where the sample is too small."""
    times = np.sort(np.asarray(times_s, dtype=float))
    return _distribution(times.tobytes()) if times.size else Distribution(n=0)


@cache
def _distribution(ascending: bytes) -> Distribution:
    """Return the distribution of times in s, as bytes: most runs are made again."""
    times = np.frombuffer(ascending)
    histogram = Histogram()
    histogram.record((times * 1e9).astype(np.int64))
    given = {
        name: float(np.quantile(times, level))
        for name, level in LEVELS.items()
        if times.size * level + 1.96 * (times.size * level * (1 - level)) ** 0.5 <= times.size
    }
    least, mean, greatest = float(times[0]), float(times.mean()), float(times[-1])
    return Distribution(
        n=int(times.size), min=least, mean=mean, max=greatest, hdr=histogram.encode(), **given
    )


def times(n: int, median_s: float = 0.4e-3, spread: float = 0.35, seed: int = 1) -> Any:
    """Return `n` log-normal times in s with a thin, long tail."""
    rng = np.random.default_rng(seed)
    plain = median_s * np.exp(spread * rng.standard_normal(n))
    return plain * np.where(rng.random(n) < 0.004, 8.0, 1.0)


def connections(requested: int, failed: int, handshakes: Any) -> Connections:
    """Return the sockets of a run of which some were refused."""
    opened = requested - failed
    timeouts = failed // 4
    reasons = {"http 503": failed - timeouts, "timeout": timeouts}
    return Connections(
        requested=requested,
        opened=opened,
        failed=failed,
        peak=opened,
        dropped=0,
        failures={reason: amount for reason, amount in reasons.items() if amount},
        closes={},
        handshake_time=distribution(handshakes),
        tcp_time=distribution(handshakes * 0.15),
        upgrade_time=distribution(handshakes * 0.85),
        timeline=[Moment(t=number / 500, open=number + 1) for number in range(opened)],
        handshakes=[
            Handshake(t=number / 500, time=float(time)) for number, time in enumerate(handshakes[:opened])
        ],
    )


def series(
    phases: Phases, requested: int, opened: int, handshakes: Any, rate: float, answers: Any, lost: int = 0
) -> list[Second]:
    """Return one row per second; the answers are dealt out evenly over warm-up and hold."""
    ends = np.arange(1, int(np.ceil(phases.end)) + 1)
    begun = np.minimum(ends * 500, requested)
    open_at_end = (begun * opened / requested).astype(int)
    is_hold = (ends > phases.hold) & (ends - 1 < phases.drain)
    rows = []
    for index, end in enumerate(ends):
        new = open_at_end[index] - (open_at_end[index - 1] if index else 0)
        tried = begun[index] - (begun[index - 1] if index else 0)
        is_loaded = rate > 0 and end > phases.warmup and end - 1 < phases.drain
        seen = answers[index :: len(ends)] if is_loaded else np.array([])
        shakes = handshakes[open_at_end[index] - new : open_at_end[index]]
        rows.append(
            Second(
                t=float(end - 1),
                connections=int(open_at_end[index]),
                opened=int(new),
                failed=int(tried - new),
                handshake_p50=float(np.median(shakes)) if shakes.size else None,
                handshake_max=float(shakes.max()) if shakes.size else None,
                sent=round(rate) if is_loaded else 0,
                received=int(seen.size),
                lost=int(lost / max(is_hold.sum(), 1)) if is_hold[index] else 0,
                p50=_at(seen, 0.5),
                p90=_at(seen, 0.9),
                p99=_at(seen, 0.99),
                max=_at(seen, 1.0),
            )
        )
    return rows


def _at(seen: Any, level: float) -> float | None:
    return float(np.quantile(seen, level)) if seen.size else None


def broadcasts(delivery: Any, begin: float, rate: float, lost: int) -> list[Broadcast]:
    """Return a row per broadcast; what was lost is missing from every eighth."""
    broadcasts, subscribers = delivery.shape
    short = range(0, broadcasts, 8)
    rows = []
    for index in range(broadcasts):
        missing = min(lost // len(short), subscribers) if index in short else 0
        arrived = delivery[index, : subscribers - missing]
        rows.append(
            Broadcast(
                t=begin + index / rate,
                owed=subscribers,
                received=subscribers - missing,
                first=float(arrived[0]) if arrived.size else None,
                median=float(np.median(arrived)) if arrived.size else None,
                last=float(arrived[-1]) if arrived.size else None,
            )
        )
    return rows


def messages(offered: int, owed: int, lost: Lost) -> Messages:
    """Return the messages of a run whose schedule was kept and that lost some."""
    return Messages(
        offered=offered,
        sent=offered,
        owed=owed,
        received=owed - lost.disconnected - lost.silent,
        lost=lost,
        duplicated=0,
        reordered=0,
        extra=0,
        unmarked=0,
    )
