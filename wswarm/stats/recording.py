"""What one stored run has to say in a comparison: its figures, the values behind them, its messages."""

from dataclasses import dataclass

from wswarm.results.run import Distribution, Run
from wswarm.stats.compare.slices import Counts, Metric
from wswarm.stats.sample import Sample

MEDIAN_THETA, TAIL_THETA = 0.05, 0.10


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure of a run.

    Attributes:
        value: In the metric's unit; `None` if the run could not tell.
        sample: The values that it summarises, if it does and they were kept.
        share: Which quantile of them it is, 0 to 1.
    """

    metric: Metric
    value: float | None
    sample: Sample | None = None
    share: float = 0.5


@dataclass(frozen=True, slots=True)
class Recording:
    """All that is compared of one run.

    Attributes:
        name: What was measured: a scenario, or the name it had.
        counts: What became of its messages, if it sent any.
        faults: Why the run on its own is no measurement, if it is not.
    """

    name: str
    readings: tuple[Reading, ...]
    counts: Counts | None = None
    faults: tuple[str, ...] = ()


def of_run(run: Run) -> Recording:
    """Return what is compared of a run: the times that count in its scenario, CPU, memory, messages."""
    name = run.name or run.scenario
    faults = tuple(run.validity.reasons) if run.validity.verdict == "invalid" else ()
    if run.failure is not None:
        faults = (f"its target failed: {run.failure}", *faults)
    return Recording(
        name=name,
        readings=(*_times(run, name), *_costs(run, name)),
        counts=_counts(run),
        faults=faults or (("its verdict is invalid",) if run.validity.verdict == "invalid" else ()),
    )


def _times(run: Run, name: str) -> list[Reading]:
    if run.fanout is not None and not run.steps:
        worth = run.fanout.broadcasts
        return [
            *_percentiles(f"{name} delivery time", run.fanout.delivery_time, worth),
            *_percentiles(f"{name} completion time", run.fanout.completion_time, None),
        ]
    if run.scenario == "connect":
        return _percentiles(f"{name} handshake time", run.connections.handshake_time, None)
    if run.steps:
        return [
            one
            for step, seen in run.steps.items()
            for one in _percentiles(f"{name} {step} time", seen.time, None)
        ]
    return _percentiles(f"{name} response time", run.response_time or Distribution(n=0), None)


def _percentiles(name: str, seen: Distribution, independent: int | None) -> list[Reading]:
    sample = Sample.of_histogram(seen.hdr, independent)
    return [
        Reading(Metric(name=f"{name} p50", theta=MEDIAN_THETA), seen.p50, sample, 0.5),
        Reading(Metric(name=f"{name} p99", theta=TAIL_THETA), seen.p99, sample, 0.99),
    ]


def _costs(run: Run, name: str) -> list[Reading]:
    found = []
    if run.target is not None and run.scenario != "connect":
        per = "delivery" if run.fanout is not None else "reply"
        metric = Metric(name=f"{name} server CPU per {per}", theta=MEDIAN_THETA)
        found.append(Reading(metric, run.target.cpu_s_per_message))
    if run.target is not None and run.scenario == "connect":
        metric = Metric(name=f"{name} server memory per connection", theta=MEDIAN_THETA, unit="bytes")
        found.append(Reading(metric, run.target.rss_per_connection))
    if run.rates is not None and run.plan.get("closed") and not run.plan.get("rate"):
        capacity = Metric(
            name=f"{name} capacity", theta=MEDIAN_THETA, is_lower_worse=True, load="closed", unit="per s"
        )
        found.append(Reading(capacity, run.rates.received))
    return found


def _counts(run: Run) -> Counts | None:
    seen = run.messages
    if seen is None:
        return None
    return Counts(
        offered=seen.offered,
        sent=seen.sent,
        owed=seen.owed,
        received=seen.received,
        lost=seen.lost.disconnected + seen.lost.silent,
        duplicated=seen.duplicated,
    )
