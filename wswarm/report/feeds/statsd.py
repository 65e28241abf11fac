"""What a StatsD server is told each second by UDP: counters by how much they grew, gauges, some of the times.

Source of the form: https://github.com/statsd/statsd/blob/master/docs/metric_types.md
"""

import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress

import numpy as np

from wswarm.errors import PlanError
from wswarm.report.feeds.metrics import metrics_of
from wswarm.report.feeds.reading import Reading
from wswarm.report.feeds.since import times_since
from wswarm.stats.histogram import Histogram
from wswarm.units import NS_PER_S

PREFIX = "wswarm."
PACKET = 1_432  # bytes that an Ethernet frame carries in one piece, with room for tunnels
TIMINGS = 20  # of a second at most
_MS_PER_S = 1_000


class StatsD:
    """Tells a StatsD server.

    Raises:
        PlanError: there is no such host.
    """

    def __init__(self, host: str, port: int) -> None:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or error
            raise PlanError(f"--statsd {host}: no such host: {why}; name the StatsD server") from None
        self._socket, self._address = socket.socket(family, kind, protocol), address
        self._socket.setblocking(False)
        self._told: dict[str, float] = {}
        self._times: dict[str, Histogram] = {}

    def hear(self, reading: Reading) -> None:
        """As `Listener.hear`; what the machine can't send is lost, as UDP is."""
        for packet in _packets(self._lines(reading)):
            with suppress(OSError):
                self._socket.sendto(packet, self._address)

    def close(self, *, is_done: bool) -> None:  # noqa: ARG002  # nothing is left to be told
        """As `Listener.close`."""
        self._socket.close()

    def _lines(self, reading: Reading) -> Iterator[str]:
        for metric in metrics_of(reading):
            if metric.labels and "quantile" not in metric.labels:
                continue  # there are no labels here
            if metric.kind == "counter":
                key = f"{reading.source.name} {metric.name}"
                more = metric.value - self._told.get(key, 0)
                self._told[key] = metric.value
                if more:
                    yield f"{PREFIX}{metric.name}:{more:.0f}|c"
                continue
            name = metric.name.removesuffix("_quantile") + _percentile(metric.labels.get("quantile"))
            value = metric.value * _MS_PER_S if "quantile" in metric.labels else metric.value
            yield f"{PREFIX}{name}:{value:.6g}|g"
        yield from self._timings(reading)

    def _timings(self, reading: Reading) -> Iterator[str]:
        """Yield some of the times that came since: evenly over their order, with how many each stands for."""
        before = self._times.get(reading.source.name, Histogram())
        self._times[reading.source.name] = reading.times
        times = times_since(reading.times, before)
        count = min(times.n, TIMINGS)
        sampled = f"|@{count / times.n:.6g}" if times.n > count else ""
        for percent in (np.arange(count) + 0.5) * 100 / max(1, count):
            value_ns = times.percentile_ns(float(percent))
            yield f"{PREFIX}{reading.source.times}:{(value_ns or 0) * _MS_PER_S / NS_PER_S:.6g}|ms{sampled}"


def _percentile(quantile: str | None) -> str:
    return "" if quantile is None else f".p{float(quantile) * 100:g}".replace("99.9", "99_9")


def _packets(lines: Iterable[str]) -> Iterator[bytes]:
    """Yield the lines in as few packets as they fit into."""
    packet = b""
    for line in lines:
        more = line.encode("ascii", "replace")
        if packet and len(packet) + 1 + len(more) > PACKET:
            yield packet
            packet = b""
        packet += (b"\n" if packet else b"") + more
    if packet:
        yield packet
