"""One stored run against another: what can be said of two runs that were not made in the same minutes."""

from collections.abc import Sequence
from math import exp, hypot, log

import msgspec

from wswarm.stats.compare.ab import Comparison, Effect
from wswarm.stats.compare.faults import Faults, Outcome, compare_faults
from wswarm.stats.compare.pairing import usable
from wswarm.stats.compare.slices import Arm, Metric, Slice
from wswarm.stats.compare.student import Interval
from wswarm.stats.recording import Reading, Recording

ALPHA = 0.01
_WEIGHT: tuple[Outcome, ...] = ("regression", "invalid", "inconclusive", "improved", "no regression")


def compare_stored(
    pairs: Sequence[tuple[Recording, Recording]], *, is_gating: bool = False, alpha: float = ALPHA
) -> Comparison:
    """Return the comparison of stored runs, pair by pair of base and head.

    The intervals are those of the percentiles within each run; they know nothing of how two runs of the same
    version differ, so a regression may well be the machine's.

    Args:
        pairs: Runs of the same plan.
        is_gating: Whether figures that have an interval decide; otherwise all are advisory.
        alpha: Chance, for each bound, that the percentiles' ratio lies beyond it.
    """
    effects = [effect for base, head in pairs for effect in _effects(base, head, alpha, is_gating)]
    faults = _faults(pairs, alpha)
    spoilt = [
        f"{arm} {one.name}: {reason}"
        for pair in pairs
        for arm, one in zip(("base", "head"), pair, strict=True)
        for reason in one.faults
    ]
    verdict, reasons = _verdict(effects, faults, spoilt)
    return Comparison(
        verdict=verdict,
        is_decided=True,
        is_look=True,
        generations=1,
        effects=tuple(effects),
        faults=faults,
        reasons=reasons,
    )


def ratio_of_quantiles(base: Reading, head: Reading, alpha: float) -> Interval | None:
    """Return head over base with the interval that both samples allow; `None` if either has no value.

    Source: the intervals of both quantiles are combined on the logarithm by squares, as in G. Y. Zou and
    A. Donner, "Construction of confidence limits about effect measures", 2008.
    """
    if not usable(base.value) or not usable(head.value):
        return None
    ratio = head.value / base.value
    found = [
        one.sample.quantile_interval(one.share, alpha) if one.sample is not None else None
        for one in (base, head)
    ]
    if found[0] is None or found[1] is None or min(*found[0], *found[1]) <= 0:
        return Interval(ratio=ratio)
    (base_low, base_high), (head_low, head_high) = found[0], found[1]
    below = hypot(log(head.value / head_low), log(base_high / base.value))
    above = hypot(log(head_high / head.value), log(base.value / base_low))
    return Interval(ratio=ratio, low=ratio * exp(-below), high=ratio * exp(above))


def judge_interval(interval: Interval | None, metric: Metric) -> tuple[Outcome, str]:
    """Return the verdict on one figure of two runs by the rule of interleaved comparisons, and why."""
    if interval is None:
        return "inconclusive", "not measured in both runs"
    if interval.low is None or interval.high is None:
        return "inconclusive", "no interval: one value, or too few of them"
    low, high = (
        (1 / interval.high, 1 / interval.low) if metric.is_lower_worse else (interval.low, interval.high)
    )
    theta, tolerated = 1 + metric.theta, 1 + metric.tolerated
    if low > tolerated:
        return "regression", f"worse by more than the {metric.tolerated:.1%} tolerated"
    if high < 1 / tolerated:
        return "improved", f"better by more than {metric.tolerated:.1%}"
    if high < theta:
        return "no regression", f"not worse by {metric.theta:.0%}"
    return "inconclusive", "the interval is too wide to tell"


def _effects(base: Recording, head: Recording, alpha: float, is_gating: bool) -> list[Effect]:
    by_name = {reading.metric.name: reading for reading in head.readings}
    shared = [(one, by_name[one.metric.name]) for one in base.readings if one.metric.name in by_name]
    return [_effect(*pair, alpha, is_gating) for pair in shared]


def _effect(base: Reading, head: Reading, alpha: float, is_gating: bool) -> Effect:
    interval = ratio_of_quantiles(base, head, alpha)
    verdict, reason = judge_interval(interval, base.metric)
    has_interval = interval is not None and interval.low is not None
    return Effect(
        metric=msgspec.structs.replace(base.metric, is_gating=is_gating and has_interval),
        verdict=verdict,
        ratio=interval.ratio if interval else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        base=base.value,
        head=head.value,
        generations=1 if interval else 0,
        by_generation=(interval.ratio,) if interval else (),
        blocks=0,
        dropped=0,
        carry_over={},
        is_clear=False,
        reason=reason,
    )


def _faults(pairs: Sequence[tuple[Recording, Recording]], alpha: float) -> tuple[Faults, ...]:
    """Return how lost and duplicated messages of all pairs compare, if any were sent.

    Where both versions lose, runs of one each can't tell whose share is higher: never is that a look.
    """
    arms: tuple[Arm, ...] = ("base", "head")
    runs = [
        Slice(generation=number, block=0, position=position, arm=arm, counts=one.counts)
        for number, pair in enumerate(pairs)
        for position, (arm, one) in enumerate(zip(arms, pair, strict=True))
        if one.counts is not None
    ]
    if not runs:
        return ()
    return (
        compare_faults(runs, "lost", alpha, is_look=False),
        compare_faults(runs, "duplicated", alpha, is_look=False),
    )


def _verdict(
    effects: Sequence[Effect], faults: Sequence[Faults], spoilt: Sequence[str]
) -> tuple[Outcome, tuple[str, ...]]:
    """Return the weightiest verdict of what has an interval or counts messages, and why."""
    judged = [(one.verdict, one.reason) for one in faults]
    judged += [(one.verdict, f"{one.metric.name}: {one.reason}") for one in effects if one.low is not None]
    measured = any(one.ratio is not None for one in effects)
    if spoilt or not measured:
        return "invalid", tuple(spoilt) or ("no figure was measured in both runs",)
    if not judged:
        return "inconclusive", ("no figure has an interval",)
    verdict = next(one for one in _WEIGHT if any(one == found for found, _ in judged))
    return verdict, tuple(reason for found, reason in judged if found == verdict)
