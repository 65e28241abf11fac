"""A run that goes on, as far as its progress tells: what its page shows meanwhile."""

from collections.abc import Mapping
from typing import Any

import msgspec

from wswarm.results.progress import Progress
from wswarm.results.run import (
    Connections,
    Distribution,
    Environment,
    GeneratorCost,
    Phases,
    Run,
    Second,
    Validity,
)
from wswarm.stats.histogram import Histogram, newer
from wswarm.units import NS_PER_S

MOST_ROWS = 1_000  # then two become one, and each stands for twice as long
_LEVELS = {"p50": 50, "p90": 90, "p99": 99, "max": 100}
_PHASES = ("ramp", "warm-up", "hold", "drain")


class SoFar:
    """Gathers what a run tells of itself, a row per second.

    Args:
        plan: Its settings, as a run file has them.
        started_at: ISO 8601, UTC.
    """

    def __init__(self, plan: Mapping[str, Any], started_at: str, environment: Environment) -> None:
        self._plan, self._started_at, self._environment = plan, started_at, environment
        self._rows: list[Second] = []
        self._step = 1
        self._begins: dict[str, float] = {}
        self._counted: Progress | None = None
        self._times = Histogram()
        self.latest: Progress | None = None

    def add(self, progress: Progress) -> None:
        """Take note of how it stands."""
        self._begins.setdefault(progress.phase, progress.elapsed_s)
        self.latest = progress
        if progress.elapsed_s >= (len(self._rows) + 1) * self._step:
            self._rows.append(self._row(progress))
            self._counted = progress
        if len(self._rows) >= MOST_ROWS:
            self._rows = [_joined(*self._rows[at : at + 2]) for at in range(0, len(self._rows), 2)]
            self._step *= 2

    def run(self) -> Run:
        """Return what is known as a run; what only its end tells is missing, and its verdict means nothing."""
        seen = self.latest
        elapsed = seen.elapsed_s if seen is not None else 0.0
        return Run(
            scenario=self._plan["scenario"],
            started_at=self._started_at,
            plan=dict(self._plan),
            environment=self._environment,
            validity=Validity(verdict="valid"),
            phases=self._phases(elapsed),
            connections=_connections(seen),
            messages=None,
            rates=None,
            send_lag=None,
            service_time=None,
            response_time=None,
            fanout=None,
            series_step=self._step,
            series=list(self._rows),
            generator=_cost(self._plan),
            target=None,
        )

    def _row(self, now: Progress) -> Second:
        before = self._counted
        whole, lately = newer(now.times, self._times)
        self._times = whole
        levels = [lately.percentile_ns(percent) for percent in _LEVELS.values()]
        p50, p90, p99, most = (None if ns is None else ns / NS_PER_S for ns in levels)
        return Second(
            t=float(len(self._rows) * self._step),
            connections=now.connections_open,
            failed=now.failed - (before.failed if before is not None else 0),
            sent=max(0, now.sent - (before.sent if before is not None else 0)),
            received=max(0, now.received - (before.received if before is not None else 0)),
            p50=p50,
            p90=p90,
            p99=p99,
            max=most,
        )

    def _phases(self, elapsed: float) -> Phases:
        begins = [self._begins.get(name, elapsed) for name in _PHASES[1:]]
        return Phases(warmup=begins[0], hold=begins[1], drain=begins[2], end=elapsed)


def _joined(one: Second, other: Second | None = None) -> Second:
    """Return two neighbouring rows as one."""
    if other is None:
        return one
    return msgspec.structs.replace(
        other,
        t=one.t,
        failed=one.failed + other.failed,
        sent=one.sent + other.sent,
        received=one.received + other.received,
        **{name: _greater(getattr(one, name), getattr(other, name)) for name in _LEVELS},
    )


def _greater(one: float | None, other: float | None) -> float | None:
    return max((value for value in (one, other) if value is not None), default=None)


def _connections(seen: Progress | None) -> Connections:
    return Connections(
        requested=seen.connections_requested if seen is not None else 0,
        opened=seen.connections_open if seen is not None else 0,
        failed=seen.failed if seen is not None else 0,
        peak=seen.connections_open if seen is not None else 0,
        dropped=seen.dropped if seen is not None else 0,
        failures={},
        closes={},
        handshake_time=Distribution(n=0),
    )


def _cost(plan: Mapping[str, Any]) -> GeneratorCost:
    return GeneratorCost(
        processes=0,
        cpu_s=0.0,
        cpu_s_per_message=None,
        peak_rss=0,
        rss_per_connection=None,
        loop_lag=Distribution(n=0),
        driver=plan["driver"],
        pacing=plan["pacing"],
    )
