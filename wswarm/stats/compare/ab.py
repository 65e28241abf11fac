"""Is head slower than base? The verdict over interleaved slices of both, with a stated rate of error."""

from collections.abc import Sequence
from math import exp, inf, log1p
from statistics import fmean

import msgspec

from wswarm.errors import PlanError
from wswarm.stats.compare.faults import Faults, Outcome, compare_faults
from wswarm.stats.compare.pairing import Pairing, pair
from wswarm.stats.compare.slices import Arm, Metric, Slice
from wswarm.stats.compare.student import Interval, mean_interval, reach_of_mean

DROPPED_AT_MOST = 0.2


class Design(msgspec.Struct, frozen=True, kw_only=True):
    """What is decided, when, and how surely.

    Attributes:
        looks: Numbers of generations after which the data are judged, ascending; the last ends the experiment.
        alpha: Chance, for each bound and look, that the truth lies beyond it.

    Raises:
        PlanError: no metric gates, two have one name, the looks do not ascend from 2, or `alpha` is not in 0 … ½.
    """

    metrics: tuple[Metric, ...]
    looks: tuple[int, ...] = (4, 6, 8, 10, 12)
    alpha: float = 0.01

    def __post_init__(self) -> None:
        if not self.gating:
            raise PlanError("no metric decides: at least one has to be gating")
        if len({metric.name for metric in self.metrics}) < len(self.metrics):
            raise PlanError(f"two metrics have one name: {', '.join(metric.name for metric in self.metrics)}")
        if not self.looks or self.looks[0] < 2 or list(self.looks) != sorted(set(self.looks)):
            raise PlanError(f"looks {self.looks} do not ascend from 2: one generation has no interval")
        if not 0 < self.alpha < 0.5:
            raise PlanError(f"an alpha of {self.alpha:g} is not between 0 and 0.5")

    @property
    def gating(self) -> tuple[Metric, ...]:
        """The metrics that decide."""
        return tuple(metric for metric in self.metrics if metric.is_gating)


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one metric from base to head.

    Attributes:
        verdict: As far as the data go; it is final with the experiment.
        ratio: Head over base, 1 where nothing changed; `None` if no block was whole.
        low: Lower bound of the ratio, missed with chance alpha; `None` with one generation; likewise `high`.
        base: Median of base's values, in the metric's unit; `head`: base with the change, so that both agree with
            the ratio.
        medians: Of the values of either arm. Their quotient is not the ratio: that is of slices measured in turn.
        generations: How many the ratio rests on.
        by_generation: The ratio in each.
        carry_over: For each arm, what a slice changes that follows the other arm's; 1 if nothing.
        is_clear: A regression that would hold at alpha over the number of gating metrics.
        reason: Why the verdict is that.
    """

    metric: Metric
    verdict: Outcome
    ratio: float | None
    low: float | None
    high: float | None
    base: float | None
    head: float | None
    medians: dict[Arm, float] = {}
    generations: int
    by_generation: tuple[float, ...]
    blocks: int
    dropped: int
    carry_over: dict[Arm, Interval]
    is_clear: bool
    reason: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All metrics of head against base after some generations.

    Attributes:
        is_decided: Whether the experiment is over; until then the verdict is `inconclusive`.
        is_look: Whether the data were judged; between looks the effects only show their intervals.
        reasons: Why the verdict is that, weightiest first.
    """

    verdict: Outcome
    is_decided: bool
    is_look: bool
    generations: int
    effects: tuple[Effect, ...]
    faults: tuple[Faults, ...]
    reasons: tuple[str, ...]


def judge(slices: Sequence[Slice], design: Design, *, is_last: bool = False) -> Comparison:
    """Return the comparison so far; the order of the slices does not matter.

    Every look judges all data. The experiment is over when every gating metric is decided, when one has a clear
    regression, at the last look (or `is_last`: the time is up), and at once if head loses messages and
    base none, or if either measured nothing. Fewer generations than the first look has are never judged: what
    little noise two or three happen to show says nothing.
    """
    generations = len({one.generation for one in slices})
    is_last = is_last or generations >= design.looks[-1]
    is_look = generations in design.looks or (is_last and generations > design.looks[0])
    unjudged = f"{generations} of the {design.looks[0]} generations that it takes"
    if not is_last:
        unjudged = "not judged before the next look"
    effects = tuple(
        _effect(slices, metric, design, None if is_look else unjudged) for metric in design.metrics
    )
    faults = tuple(
        compare_faults(slices, kind, design.alpha, is_look=is_look) for kind in ("lost", "duplicated")
    )
    silent = _silent(slices)
    is_decided = bool(silent) or is_last or _is_settled(effects, faults, is_look=is_look)
    verdict, reasons = _verdict(effects, faults, silent) if is_decided else ("inconclusive", ())
    return Comparison(
        verdict=verdict,
        is_decided=is_decided,
        is_look=is_look,
        generations=generations,
        effects=effects,
        faults=faults,
        reasons=reasons,
    )


def _effect(slices: Sequence[Slice], metric: Metric, design: Design, unjudged: str | None) -> Effect:
    """Return the effect; `unjudged` says why it is not judged now."""
    pairing = pair(slices, metric)
    change = mean_interval(pairing.changes, design.alpha)
    carried = {arm: mean_interval(logs, design.alpha) for arm, logs in pairing.carry_over.items()}
    carry_over = {arm: interval for arm, interval in carried.items() if interval is not None}
    surely, _ = _slowdown(pairing, metric, design.alpha / len(design.gating))
    verdict, reason = _outcome(pairing, metric, design.alpha)
    if unjudged and verdict != "invalid":
        verdict, reason = "inconclusive", unjudged
    return Effect(
        metric=metric,
        verdict=verdict,
        ratio=change.ratio if change else None,
        low=change.low if change else None,
        high=change.high if change else None,
        base=pairing.base,
        head=pairing.base * change.ratio if change and pairing.base is not None else None,
        medians=_medians(pairing),
        generations=len(pairing.changes),
        by_generation=tuple(map(exp, pairing.changes)),
        blocks=pairing.blocks,
        dropped=pairing.dropped,
        carry_over=carry_over,
        is_clear=verdict == "regression" and surely > log1p(metric.tolerated),
        reason=reason,
    )


def _medians(pairing: Pairing) -> dict[Arm, float]:
    measured: tuple[tuple[Arm, float | None], ...] = (("base", pairing.base), ("head", pairing.head))
    return {arm: value for arm, value in measured if value is not None}


def _outcome(pairing: Pairing, metric: Metric, alpha: float) -> tuple[Outcome, str]:
    """Return the verdict at a look: regression above half of theta, none below theta, both for certain."""
    unfit = _unfit(pairing, metric, alpha)
    if unfit is not None:
        return unfit
    low, high = _slowdown(pairing, metric, alpha)
    theta, tolerated = log1p(metric.theta), log1p(metric.tolerated)
    if low > tolerated:
        return "regression", f"slower by more than the {metric.tolerated:.1%} tolerated"
    if high < -tolerated:
        return "improved", f"faster by more than {metric.tolerated:.1%}"
    if high < theta:
        return "no regression", f"not slower by {metric.theta:.0%}"
    return "inconclusive", "the interval is too wide to tell"


def _unfit(pairing: Pairing, metric: Metric, alpha: float) -> tuple[Outcome, str] | None:
    """Return why the data carry no verdict, if they do not."""
    if not pairing.blocks:
        return "invalid", "nothing measured"
    if pairing.dropped > DROPPED_AT_MOST * pairing.blocks:
        what = "a slice was spoilt, or too small for this figure"
        return "invalid", f"{pairing.dropped} of {pairing.blocks} blocks dropped: {what}"
    uneven = mean_interval(pairing.uneven, alpha)
    if uneven is not None and _is_carried(uneven, metric):
        return "inconclusive", (
            f"after a slice of the other version, head is {uneven.ratio - 1:+.1%} further off than base:"
            " a slice leaves work to the next; make the slices longer"
        )
    return None


def _slowdown(pairing: Pairing, metric: Metric, alpha: float) -> tuple[float, float]:
    """Return the bounds of log slowdown, positive where head is worse."""
    if len(pairing.changes) < 2:
        return -inf, inf
    mean, reach = fmean(pairing.changes), reach_of_mean(pairing.changes, alpha)
    return (-mean - reach, -mean + reach) if metric.is_lower_worse else (mean - reach, mean + reach)


def _is_carried(interval: Interval, metric: Metric) -> bool:
    """Return whether the versions' carry-over certainly differs by more than what is tolerated, either way.

    What both suffer alike cancels in the blocks: caches are cold when the other server has run, say.
    """
    tolerated = 1 + metric.tolerated
    return (interval.low or 0) > tolerated or (interval.high or inf) < 1 / tolerated


def _silent(slices: Sequence[Slice]) -> tuple[str, ...]:
    """Return which arms received nothing at all."""
    arms: tuple[Arm, ...] = ("base", "head")
    received = {arm: sum(one.counts.received for one in slices if one.arm == arm) for arm in arms}
    return tuple(f"{arm} measured nothing" for arm in arms if not received[arm])


def _is_settled(effects: tuple[Effect, ...], faults: tuple[Faults, ...], *, is_look: bool) -> bool:
    """Return whether more generations could not change the verdict, or need not."""
    if any(fault.verdict == "regression" for fault in faults):
        return True
    gating = [effect for effect in effects if effect.metric.is_gating]
    outcomes = {*(effect.verdict for effect in gating), *(fault.verdict for fault in faults)}
    return is_look and (
        any(effect.is_clear for effect in gating) or not outcomes & {"inconclusive", "invalid"}
    )


def _verdict(
    effects: tuple[Effect, ...], faults: tuple[Faults, ...], silent: tuple[str, ...]
) -> tuple[Outcome, tuple[str, ...]]:
    """Return the weightiest verdict that any gating metric has, and why."""
    if silent:
        return "invalid", silent
    judged = [(fault.verdict, fault.reason) for fault in faults]
    judged += [
        (effect.verdict, f"{effect.metric.name}: {effect.reason}")
        for effect in effects
        if effect.metric.is_gating
    ]
    order: tuple[Outcome, ...] = ("regression", "invalid", "inconclusive", "improved", "no regression")
    verdict = next(one for one in order if any(one == found for found, _ in judged))
    return verdict, tuple(reason for found, reason in judged if found == verdict)
