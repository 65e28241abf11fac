"""How often comparisons of known truth were right: false alarms, power, and what other rules call."""

from collections.abc import Sequence
from statistics import median

import msgspec

from wswarm.stats.compare.ab import Comparison
from wswarm.stats.compare.faults import Outcome
from wswarm.stats.compare.slices import Metric, Slice
from wswarm.stats.compare.unpaired import RULES, calls_slower, one_after_the_other, pooled
from wswarm.stats.proportion import wilson

INTERLEAVED = "mann-whitney, interleaved"
ALL_RULES = (*RULES, INTERLEAVED)


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision found of one metric: head / base with its interval."""

    verdict: Outcome
    is_gating: bool
    ratio: float | None
    low: float | None
    high: float | None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One complete comparison of versions whose difference is known.

    Attributes:
        kind: `aa`: the same twice; `ab`: head made slower.
        slow: How: `cpu:10%`; empty for `aa`.
        injected: CPU added per message over the base's own, as measured in this decision; `None` if it is no CPU.
        has_neighbour: Whether a busy process ran beside it.
        changes: By metric. `calls`: by metric and rule, whether another tool's rule calls head slower.
    """

    kind: str
    slow: str
    injected: float | None
    has_neighbour: bool
    seed: int
    verdict: Outcome
    generations: int
    elapsed: float
    changes: dict[str, Change]
    calls: dict[str, dict[str, bool]]


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """So many of all, and between which shares the truth lies (Wilson, 95 %)."""

    hits: int
    trials: int
    low: float
    high: float


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions counted.

    Attributes:
        verdicts: Share of each that occurred.
        calls: By metric and rule, how often head is called slower.
        elapsed: Median time to a decision, s; `longest` of them; `generations`: median.
    """

    decisions: int
    neighbours: int
    verdicts: dict[Outcome, Share]
    calls: dict[str, dict[str, Share]]
    elapsed: float
    longest: float
    generations: float


def other_calls(slices: Sequence[Slice], metric: Metric) -> dict[str, bool]:
    """Return by rule whether it calls head slower.

    Each sees base in the first half of the generations and head in the second; the last, all of both.
    """
    apart = one_after_the_other(slices, metric)
    calls = {str(rule): calls_slower(rule, *apart, metric) for rule in RULES}
    return calls | {INTERLEAVED: calls_slower("mann-whitney", *pooled(slices, metric), metric)}


def changes_of(comparison: Comparison) -> dict[str, Change]:
    """Return by metric what was found."""
    return {
        one.metric.name: Change(
            verdict=one.verdict, is_gating=one.metric.is_gating, ratio=one.ratio, low=one.low, high=one.high
        )
        for one in comparison.effects
    }


def tally(decisions: Sequence[Decision]) -> Tally:
    """Return the decisions counted; there is at least one."""
    verdicts = [one.verdict for one in decisions]
    metrics = list(dict.fromkeys(name for one in decisions for name in one.calls))
    return Tally(
        decisions=len(decisions),
        neighbours=sum(one.has_neighbour for one in decisions),
        verdicts={
            verdict: share(verdicts.count(verdict), len(verdicts)) for verdict in dict.fromkeys(verdicts)
        },
        calls={name: {rule: _calls(decisions, name, rule) for rule in ALL_RULES} for name in metrics},
        elapsed=median(one.elapsed for one in decisions),
        longest=max(one.elapsed for one in decisions),
        generations=median(one.generations for one in decisions),
    )


def share(hits: int, trials: int) -> Share:
    """Return the share with its interval; `trials` ≥ 1."""
    low, high = wilson(hits, trials)
    return Share(hits=hits, trials=trials, low=low, high=high)


def _calls(decisions: Sequence[Decision], metric: str, rule: str) -> Share:
    called = [one.calls[metric][rule] for one in decisions if rule in one.calls.get(metric, {})]
    return share(sum(called), len(called))
