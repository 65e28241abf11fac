"""What the scenario of a run is about, as gauges once it is over: stages, recovery, penalty, population, trends."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from wswarm.report.feeds.metric import Metric
from wswarm.results.run import Run

_STAGES = {
    "offered": "Messages or connections that were due in this stage.",
    "sent": "Of those of this stage, the messages that were sent, the connections that were begun.",
    "received": "Replies, deliveries or handshakes of those of this stage that came.",
}
_STAGE_TIMES = {
    "p50": "Median time of those of this stage.",
    "p99": "99th percentile of the times of this stage.",
    "back_after": "From this stage's end until p99 was within 20 % of before it.",
}
_RECOVERY = {
    "dropped": "Clients that lost their connection on purpose.",
    "recovered": "Those of them that received a message again.",
    "never": "Those of them that did not.",
    "missed": "Broadcasts that recovered clients missed while away.",
}
_SHARES = {"0.5": "p50", "0.9": "p90", "0.99": "p99", "1": "max"}
_PENALTY = {
    "ratio": "Completion time of the healthy while others read slowly, over that while they do not.",
    "low": "Lower end of the penalty's 95 % interval.",
    "high": "Upper end of the penalty's 95 % interval.",
}
_POPULATION = {
    "mean": "Sessions open at once, over the hold.",
    "expected": "Arrivals per s times their mean stay.",
    "sessions": "Sessions that began.",
    "refused": "Sessions that did not begin.",
}


def outcome_of(run: Run) -> Iterator[Metric]:
    """Yield the gauges of what the run is about; what is unknown is left out, never 0."""
    for number, stage in enumerate(run.stages):
        own = {"stage": str(number)}
        yield from _gauges("stage", stage, _STAGES, own)
        times = {"p50": stage.p50, "p99": stage.p99, "back_after": stage.back_after_s}
        yield from _known(
            ("stage", "s"), ((name, what, times[name], own) for name, what in _STAGE_TIMES.items())
        )
    yield from _recovery(run)
    yield from _gauges("penalty", run.penalty, _PENALTY)
    yield from _gauges("population", run.population, _POPULATION)
    slopes = "By how much it changes per hour, in its unit."
    for trend in run.trends:
        yield from _known(("trend", ""), [("per_hour", slopes, trend.per_hour, {"figure": trend.figure})])


def _recovery(run: Run) -> Iterator[Metric]:
    seen = run.recovery
    if seen is None:
        return
    yield from _gauges("recovery", seen, _RECOVERY)
    share = "From a client's drop to its first message after that this share of the dropped stays within."
    times = ((share, getattr(seen.time, name), {"quantile": part}) for part, name in _SHARES.items())
    yield from _known(("recovery", "s"), (("time_quantile", *one) for one in times))
    felt = "The p99 of the delivery time of those that were not dropped."
    parts = ("before", "during", "after")
    p99s = ((felt, getattr(seen.bystanders, part), {"part": part}) for part in parts)
    yield from _known(("recovery", "s"), (("bystanders", *one) for one in p99s))


def _gauges(
    of: str, seen: object | None, named: Mapping[str, str], labels: Mapping[str, str] | None = None
) -> Iterator[Metric]:
    """Yield the figures of these names, if there is what they are of."""
    values = ((name, what, getattr(seen, name), labels or {}) for name, what in named.items())
    yield from _known((of, ""), values if seen is not None else ())


def _known(
    of: tuple[str, Literal["", "s"]], values: Iterable[tuple[str, str, float | None, Mapping[str, str]]]
) -> Iterator[Metric]:
    """Yield those that are known; each is a name, what it is, its value and its labels."""
    for name, what, value, labels in values:
        if value is not None:
            yield Metric(f"{of[0]}.{name}", "gauge", what, float(value), labels, of[1])
