"""What a collector of OpenTelemetry is told each second by HTTP: cumulative, so that a lost report costs nothing.

Taken on by a thread, which keeps the latest reading alone while one is on its way: a collector that is slow or gone
does not hold up the run.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricExportResult,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from wswarm.errors import ResultError
from wswarm.report.feeds import metrics
from wswarm.report.feeds.metric import Metric as Number
from wswarm.report.feeds.reading import Reading
from wswarm.results import redact
from wswarm.units import NS_PER_S
from wswarm.version import VERSION

PREFIX = "wswarm."
PATH = "/v1/metrics"
_PATIENCE_S = 5.0


class Otlp:
    """Tells a collector.

    Args:
        url: Of the collector; without a path that of metrics is taken.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        logging.getLogger("opentelemetry").addHandler(logging.NullHandler())
        logging.getLogger("opentelemetry").propagate = False  # what fails is told by us
        has_path = urlsplit(url).path not in ("", "/")
        endpoint = url if has_path else url.rstrip("/") + PATH
        self._exporter = OTLPMetricExporter(endpoint=endpoint, timeout=_PATIENCE_S)
        resource = {"service.name": "wswarm", "service.version": VERSION}
        self._resource = Resource.create(resource)
        self._began_ns: dict[str, int] = {}
        self._due: dict[str, tuple[Reading, int]] = {}
        self._is_due = threading.Condition()
        self._is_closing = self._has_failed = False
        self._thread = threading.Thread(target=self._export_all, daemon=True)
        self._thread.start()

    def hear(self, reading: Reading) -> None:
        """As `Listener.hear`."""
        now = round(datetime.now(UTC).timestamp() * NS_PER_S)
        self._began_ns.setdefault(reading.source.name, now - round(reading.elapsed_s * NS_PER_S))
        with self._is_due:
            self._due[reading.source.name] = reading, now
            self._is_due.notify()

    def close(self, *, is_done: bool) -> None:
        """As `Listener.close`: what is left is sent, tried for some seconds.

        Raises:
            ResultError: the collector did not take it.
        """
        with self._is_due:
            self._is_closing = True
            self._is_due.notify()
        self._thread.join(2 * _PATIENCE_S if is_done else 0.0)
        is_lost = self._has_failed or self._thread.is_alive()
        if not self._thread.is_alive():
            self._exporter.shutdown()
        if is_lost:
            where = redact.address(self._url)
            raise ResultError(
                f"--otlp {where}: the collector did not take the last counts: see that it listens"
            )

    def _export_all(self) -> None:
        while True:
            with self._is_due:
                while not self._due and not self._is_closing:
                    self._is_due.wait()
                due, self._due = self._due, {}
            if not due:
                return
            found = [self._data(reading, now) for reading, now in due.values()]
            told = self._exporter.export(MetricsData(found), timeout_millis=_PATIENCE_S * 1000)
            self._has_failed = told is not MetricExportResult.SUCCESS

    def _data(self, reading: Reading, now: int) -> ResourceMetrics:
        span = (self._began_ns[reading.source.name], now)
        own = [*_numbers(reading, span), *_times(reading, span)]
        scope = ScopeMetrics(scope=InstrumentationScope("wswarm", VERSION), metrics=own, schema_url="")
        return ResourceMetrics(resource=self._resource, scope_metrics=[scope], schema_url="")


def _attributes(reading: Reading) -> dict[str, str]:
    source = reading.source
    return {"scenario": source.name, "kind": source.scenario, "target": source.target}


def _numbers(reading: Reading, span: tuple[int, int]) -> Iterator[Metric]:
    """Yield counters and gauges; those of one name together."""
    points: dict[str, tuple[Number, list[NumberDataPoint]]] = {}
    for one in metrics.metrics_of(reading):
        labels = {**_attributes(reading), **one.labels}
        points.setdefault(one.name, (one, []))[1].append(NumberDataPoint(labels, *span, one.value))
    for name, (one, own) in points.items():
        yield Metric(PREFIX + name, one.what, one.unit or "1", _number(one, own))


def _number(one: Number, points: Sequence[NumberDataPoint]) -> Sum | Gauge:
    if one.kind == "gauge":
        return Gauge(points)
    return Sum(points, AggregationTemporality.CUMULATIVE, is_monotonic=True)


def _times(reading: Reading, span: tuple[int, int]) -> Iterator[Metric]:
    """Yield the histogram of times, if there are any."""
    times, name = reading.times, reading.source.times
    if times.min_ns is None or times.max_ns is None:
        return
    below = metrics.cumulated(times)
    counts = [one - before for one, before in zip([*below, times.n], [0, *below], strict=True)]
    point = HistogramDataPoint(
        _attributes(reading),
        *span,
        count=times.n,
        sum=times.total_ns / NS_PER_S,
        bucket_counts=counts,
        explicit_bounds=metrics.BOUNDS_S,
        min=times.min_ns / NS_PER_S,
        max=times.max_ns / NS_PER_S,
    )
    what = f"The {name.replace('_', ' ')} of the hold."
    yield Metric(PREFIX + name, what, "s", Histogram([point], AggregationTemporality.CUMULATIVE))
