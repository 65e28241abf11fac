"""How a run stands at one moment, in the words of the run file: what every listener is told."""

from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec

from wswarm.results.counts import Counts
from wswarm.results.progress import Phase, Progress
from wswarm.results.run import Distribution, Messages, Run, Scenario
from wswarm.stats.histogram import Histogram
from wswarm.units import NS_PER_S

_SENDING = ("echo", "fanout", "storm", "slow", "churn", "replay")
_TIMES = {
    "connect": "handshake_time",
    "echo": "response_time",
    "script": "step_time",
    "replay": "step_time",
}


@dataclass(frozen=True, slots=True)
class Source:
    """Whose run it is.

    Attributes:
        name: The scenario, or what a plan file calls it.
        target: Its address, without secrets.
    """

    scenario: Scenario
    name: str
    target: str

    @property
    def times(self) -> str:
        """What its times are called in the run file; `step_time` are those of all steps."""
        return _TIMES.get(self.scenario, "delivery_time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sockets:
    """Connections so far: `open` now, the others ever."""

    open: int = 0
    requested: int = 0
    opened: int = 0
    failed: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One moment of a run.

    Attributes:
        elapsed_s: Since the first connect.
        counts: Messages of the hold; `None` while there are none.
        rate: Messages sent per s over the last moments, warm-up included; `None` while unknown.
        times: Response, delivery, step or handshake times of the hold.
        run: What was found, once it is over.
    """

    source: Source
    phase: Phase | Literal["end"] = "ramp"
    elapsed_s: float = 0.0
    sockets: Sockets = Sockets()
    counts: Counts | None = None
    rate: float | None = None
    times: Histogram = field(default_factory=Histogram)
    run: Run | None = None


def first_reading(source: Source) -> Reading:
    """Return how a run stands before its first connection: of messages that are to come there are none yet."""
    return Reading(source=source, counts=Counts() if source.scenario in _SENDING else None)


def reading_of(progress: Progress, before: Reading) -> Reading:
    """Return how a run stands; what is counted never goes back.

    A delivery may turn out to be owed to nobody after it was counted.
    """
    times = Histogram()
    times.merge_packed(progress.times)
    was = before.sockets
    sockets = Sockets(
        open=progress.connections_open,
        requested=progress.connections_requested,
        opened=max(progress.opened, was.opened),
        failed=max(progress.failed, was.failed),
        dropped=max(progress.dropped, was.dropped),
    )
    return replace(
        before,
        phase=progress.phase,
        elapsed_s=progress.elapsed_s,
        sockets=sockets,
        counts=_at_least(progress.counts, before.counts),
        rate=progress.rate,
        times=times,
    )


def last_reading(run: Run, before: Reading) -> Reading:
    """Return what a run has found: its counts are those of the run file, exactly."""
    found = run.connections
    return replace(
        before,
        phase="end",
        elapsed_s=run.phases.end,
        sockets=Sockets(
            requested=found.requested, opened=found.opened, failed=found.failed, dropped=found.dropped
        ),
        counts=None if run.messages is None else _counts(run.messages),
        rate=None,
        times=_times(run),
        run=run,
    )


def _at_least(now: Counts | None, before: Counts | None) -> Counts | None:
    if now is None or before is None:
        return now or before
    pairs = zip(msgspec.structs.astuple(now), msgspec.structs.astuple(before), strict=True)
    return Counts(**dict(zip(Counts.__struct_fields__, (max(*pair) for pair in pairs), strict=True)))


def _counts(found: Messages) -> Counts:
    return Counts(
        offered=found.offered,
        sent=found.sent,
        received=found.received,
        lost=found.lost.disconnected + found.lost.silent,
        duplicated=found.duplicated,
        reordered=found.reordered,
        extra=found.extra,
    )


def _times(run: Run) -> Histogram:
    total = Histogram()
    for one in _distributions(run):
        if one is not None:
            total.merge(_histogram(one))
    return total


def _histogram(found: Distribution) -> Histogram:
    """Return the histogram of a distribution, whose least, greatest and sum are exact."""
    if not found.n or found.hdr is None or found.min is None or found.max is None or found.mean is None:
        return Histogram()
    times = Histogram.decode(found.hdr)
    times.min_ns, times.max_ns = round(found.min * NS_PER_S), round(found.max * NS_PER_S)
    times.total_ns = round(found.mean * found.n * NS_PER_S)
    return times


def _distributions(run: Run) -> list[Distribution | None]:
    """Return the times that a run is about."""
    if run.scenario in ("script", "replay"):
        return [step.time for step in run.steps.values()]
    if run.scenario == "connect":
        return [run.connections.handshake_time]
    return [run.response_time if run.fanout is None else run.fanout.delivery_time]
