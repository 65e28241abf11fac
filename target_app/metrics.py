"""What can be measured of the application, for ``/metrics`` and ``/stats``: summed over its workers."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Literal

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from target_app.backplane.protocol import Counters
from target_app.broadcast.counters import HubCounters
from target_app.guard.refusals import REASONS, Reason, Refusals
from target_app.loop_lag import LoopLag
from target_app.scoreboard import FILE_VARIABLE, ROW_VARIABLE, Scoreboard
from target_app.traffic import Traffic

SHARE_S = 0.25  # how old another worker's numbers can be


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a process counts."""

    traffic: Traffic
    hub: HubCounters
    loop_lag: LoopLag
    backplane: Counters = field(default_factory=Counters)
    refusals: Refusals = field(default_factory=Refusals)


@dataclass(frozen=True, slots=True)
class Measure:
    """One number.

    Attributes:
        name: without the ``target_app_`` before it, and without the ``_total`` after a counter's.
        kind: ``counter`` (outlives its worker, in the sum), ``gauge`` (summed over live workers) or ``maximum``
            (a gauge: the largest of live workers).
        text: what it counts.
        read: its value in this process: an integer, in ns if ``is_time``.
        is_time: shown in seconds.
        reason: of several numbers of one name, which this is: Prometheus' label ``reason``.
    """

    name: str
    kind: Literal["counter", "gauge", "maximum"]
    text: str
    read: Callable[[Sources], int]
    is_time: bool = False
    reason: str = ""

    @property
    def key(self) -> str:
        """What no other number is called."""
        return f"{self.name}.{self.reason}" if self.reason else self.name


def _lag_ns(sources: Sources) -> int:
    return round((sources.loop_lag.reading().max_s or 0.0) * 1e9)


def _refused(reason: Reason) -> Measure:
    text = "Connections, requests and clients refused or closed by a guard."
    return Measure("refused", "counter", text, lambda s: s.refusals.of(reason), reason=reason)


MEASURES = (
    Measure("workers", "gauge", "Worker processes.", lambda _: 1),
    Measure("connections", "gauge", "WebSockets open.", lambda s: s.traffic.connections_open),
    Measure("connections_opened", "counter", "WebSockets accepted.", lambda s: s.traffic.connections_total),
    Measure("messages_received", "counter", "Messages from clients.", lambda s: s.traffic.messages_in),
    Measure("messages_sent", "counter", "Messages outside the hub.", lambda s: s.traffic.messages_out),
    Measure("hub_connections", "gauge", "Clients in rooms.", lambda s: s.hub.connections),
    Measure("hub_joins", "counter", "Clients that joined a room.", lambda s: s.hub.connections_total),
    Measure("hub_messages", "counter", "Messages given to the hub.", lambda s: s.hub.messages),
    Measure("hub_deliveries", "counter", "Of those, one per recipient.", lambda s: s.hub.deliveries),
    Measure(
        "outbox_messages", "gauge", "Messages waiting for slow clients.", lambda s: s.hub.outbox_messages
    ),
    Measure("outbox_bytes", "gauge", "Their size.", lambda s: s.hub.outbox_bytes),
    Measure("drops", "counter", "Messages that a full outbox gave up.", lambda s: s.hub.dropped),
    Measure("slow_closes", "counter", "Clients closed as too slow.", lambda s: s.hub.slow_closes),
    Measure(
        "send_errors", "counter", "Clients removed by an unexplained error.", lambda s: s.hub.send_errors
    ),
    Measure("fanouts", "counter", "Broadcasts offered to all recipients.", lambda s: s.hub.fanouts),
    Measure("fanout_seconds", "counter", "Time that took, summed.", lambda s: s.hub.fanout_ns, is_time=True),
    Measure(
        "fanouts_waiting", "gauge", "Broadcasts not yet offered to all.", lambda s: s.hub.fanouts_waiting
    ),
    Measure("loop_lag_seconds", "maximum", "Largest lag of the event loop, lately.", _lag_ns, is_time=True),
    Measure("backplane_published", "counter", "Messages the backend took.", lambda s: s.backplane.published),
    Measure(
        "backplane_publish_failures",
        "counter",
        "Publishes it did not.",
        lambda s: s.backplane.publish_failures,
    ),
    Measure(
        "backplane_unconfirmed",
        "counter",
        "Of those, messages that may have been delivered.",
        lambda s: s.backplane.unconfirmed,
    ),
    Measure("backplane_delivered", "counter", "Messages from the backend.", lambda s: s.backplane.delivered),
    Measure("backplane_gaps", "counter", "Gaps reported.", lambda s: s.backplane.gaps),
    Measure("backplane_missed", "counter", "Messages in gaps of known size.", lambda s: s.backplane.missed),
    Measure("backplane_unknown_gaps", "counter", "Gaps of unknown size.", lambda s: s.backplane.unknown_gaps),
    Measure("backplane_late", "counter", "Messages after their gap, dropped.", lambda s: s.backplane.late),
    Measure("backplane_link_losses", "counter", "Receiving links lost.", lambda s: s.backplane.link_losses),
    Measure(
        "backplane_lag_seconds",
        "maximum",
        "Largest of the workers' last round trips through the backend.",
        lambda s: s.backplane.lag_ns,
        is_time=True,
    ),
    *map(_refused, REASONS),
)


class Metrics:
    """The numbers of this process, and of all workers when there are several.

    Args:
        sources: where this process counts.
        environment: says which file the supervisor of the workers made, if there is one.
    """

    def __init__(self, sources: Sources, environment: Mapping[str, str] = os.environ) -> None:
        self._sources = sources
        self._board: Scoreboard | None = None
        self._row = 0
        # A worker takes the place of one that died: what that one counted stays in the sums.
        self._before = [0] * len(MEASURES)
        if FILE_VARIABLE in environment:
            self._board = Scoreboard(Path(environment[FILE_VARIABLE]), len(MEASURES))
            self._row = int(environment[ROW_VARIABLE])
            self._before = without_gauges(self._board.read(self._row))

    async def share(self) -> None:
        """Put this process's numbers where other workers see them, until cancelled; at once without any."""
        while self._board is not None:
            self._board.write(self._row, self._own())
            await asyncio.sleep(SHARE_S)

    def totals(self) -> dict[str, int]:
        """Every measure over all workers by key; this process's part is as of now."""
        own = self._own()
        if self._board is None:
            rows = [own]
        else:
            self._board.write(self._row, own)
            rows = [self._board.read(row) for row in range(self._board.rows)]
        return {
            measure.key: (max if measure.kind == "maximum" else sum)(column)
            for measure, column in zip(MEASURES, zip(*rows, strict=True), strict=True)
        }

    def exposition(self) -> bytes:
        """The totals in Prometheus' text format."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Collected(self.totals()))
        return generate_latest(registry)

    def _own(self) -> list[int]:
        values = (measure.read(self._sources) for measure in MEASURES)
        return [before + value for before, value in zip(self._before, values, strict=True)]


def without_gauges(row: Sequence[int]) -> list[int]:
    """What is left of a worker's numbers when it has ended: its counters."""
    pairs = zip(MEASURES, row, strict=True)
    return [number if measure.kind == "counter" else 0 for measure, number in pairs]


def hub_counters(totals: Mapping[str, int]) -> HubCounters:
    """The hub's part of the totals."""
    return HubCounters(
        connections=totals["hub_connections"],
        connections_total=totals["hub_joins"],
        messages=totals["hub_messages"],
        deliveries=totals["hub_deliveries"],
        outbox_messages=totals["outbox_messages"],
        outbox_bytes=totals["outbox_bytes"],
        dropped=totals["drops"],
        slow_closes=totals["slow_closes"],
        send_errors=totals["send_errors"],
        fanouts=totals["fanouts"],
        fanout_ns=totals["fanout_seconds"],
        fanouts_waiting=totals["fanouts_waiting"],
    )


def backplane_counters(totals: Mapping[str, int]) -> Counters:
    """The backplane's part of the totals."""
    names = (measure.name for measure in MEASURES if measure.name.startswith("backplane_"))
    return Counters(**{_plain(name): totals[name] for name in names})


def _plain(name: str) -> str:
    return name.removeprefix("backplane_").replace("lag_seconds", "lag_ns")


_FAMILIES = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily, "maximum": GaugeMetricFamily}


class _Collected(Collector):
    """The totals as Prometheus' client wants them."""

    def __init__(self, totals: Mapping[str, int]) -> None:
        self._totals = totals

    def collect(self) -> Iterator[Metric]:
        """Every measure; those of one name as one family."""
        for name, measures in groupby(MEASURES, attrgetter("name")):
            numbers = list(measures)
            family = _FAMILIES[numbers[0].kind](
                f"target_app_{name}", numbers[0].text, labels=["reason"] if numbers[0].reason else []
            )
            for measure in numbers:
                total = self._totals[measure.key]
                label = [measure.reason] if measure.reason else []
                family.add_metric(label, total / 1e9 if measure.is_time else total)
            yield family
