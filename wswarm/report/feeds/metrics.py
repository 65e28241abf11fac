"""The counters and gauges of a reading: named by the words of the run file; every exporter spells them its way."""

from collections.abc import Iterator

import numpy as np

from wswarm.report.feeds.metric import Metric
from wswarm.report.feeds.outcome import outcome_of
from wswarm.report.feeds.reading import Reading
from wswarm.stats.histogram import Histogram, is_supported
from wswarm.units import NS_PER_S

BOUNDS_S = (
    *(0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05),
    *(0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0),
)
QUANTILES = {"0.5": 50.0, "0.9": 90.0, "0.99": 99.0, "0.999": 99.9}
_PHASES = ("ramp", "warm-up", "hold", "end")
_VERDICTS = ("valid", "suspect", "invalid")

_CONNECTIONS = {
    "opened": "Connections that opened, ever.",
    "failed": "Handshakes that failed.",
    "dropped": "Connections lost after they had opened.",
}
_MESSAGES = {
    "offered": "Messages of the hold whose turn has come.",
    "sent": "Messages of the hold that were sent.",
    "owed": "Replies or deliveries of the hold that are accounted for: received or lost.",
    "received": "Replies or deliveries of the hold that came, once each.",
    "lost": "Replies or deliveries of the hold that are given up.",
    "duplicated": "Replies or deliveries of the hold that came again.",
    "reordered": "Replies or deliveries of the hold that came after a later one.",
    "extra": "Marked messages of the hold that nobody was owed.",
}


def metrics_of(reading: Reading) -> Iterator[Metric]:
    """Yield the counters and gauges of a reading; what is unknown is left out, never 0."""
    yield from _of_connections(reading)
    yield from _of_messages(reading)
    yield from _of_times(reading)
    yield Metric("elapsed", "gauge", "Since the first connect.", reading.elapsed_s, unit="s")
    for phase in _PHASES:
        yield Metric("phase", "gauge", "1 in this phase.", float(reading.phase == phase), {"phase": phase})
    if reading.run is None:
        return
    for verdict in _VERDICTS:
        is_it = reading.run.validity.verdict == verdict
        yield Metric("verdict", "gauge", "1: the run's on itself.", float(is_it), {"verdict": verdict})
    for slo in reading.run.slo:
        yield Metric("slo_met", "gauge", "1: it is met.", float(slo.met), {"objective": slo.expression})
    yield from outcome_of(reading.run)


def cumulated(times: Histogram) -> list[int]:
    """Return how many of the times are at most as long as each of `BOUNDS_S`: a slot counts by its middle."""
    middles_ns, counts = times.occupied()
    below = np.concatenate(([0], np.cumsum(counts)))
    bounds_ns = np.array(BOUNDS_S) * NS_PER_S
    found: list[int] = below[np.searchsorted(middles_ns, bounds_ns, side="right")].tolist()
    return found


def _of_connections(reading: Reading) -> Iterator[Metric]:
    sockets = reading.sockets
    yield Metric("connections.open", "gauge", "Connections that are open.", sockets.open)
    yield Metric("connections.requested", "gauge", "Connections asked for.", sockets.requested)
    for word, what in _CONNECTIONS.items():
        yield Metric(f"connections.{word}", "counter", what, getattr(sockets, word))


def _of_messages(reading: Reading) -> Iterator[Metric]:
    if reading.counts is not None:
        for word, what in _MESSAGES.items():
            yield Metric(f"messages.{word}", "counter", what, getattr(reading.counts, word))
    if reading.rate is not None:
        yield Metric("send_rate", "gauge", "Messages sent per s of late, warm-up included.", reading.rate)


def _of_times(reading: Reading) -> Iterator[Metric]:
    name, times = reading.source.times, reading.times
    what = f"The {name.replace('_', ' ')} of the hold so far that this share stays within."
    for quantile, percent in QUANTILES.items():
        value_ns = times.percentile_ns(percent) if is_supported(times.n, percent) else None
        if value_ns is not None:
            value = value_ns / NS_PER_S
            yield Metric(f"{name}_quantile", "gauge", what, value, {"quantile": quantile}, "s")
