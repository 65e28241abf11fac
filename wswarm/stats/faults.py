"""Lost and duplicated messages of two versions: what base never does, head may not do once."""

from collections.abc import Sequence
from itertools import groupby
from statistics import fmean
from typing import Literal

import msgspec

from wswarm.stats.slices import Arm, Slice
from wswarm.stats.student import reach_of_mean

Fault = Literal["lost", "duplicated"]
Outcome = Literal["regression", "improved", "no regression", "inconclusive", "invalid"]


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """How often either version lost (or duplicated) a message that it owed.

    Attributes:
        base: Messages; slices that the generator or the machine spoilt are left out.
        base_share: Of those owed, `None` if none were; likewise `head_share`.
        base_left_out: Messages in the slices left out; likewise `head_left_out`.
    """

    kind: Fault
    verdict: Outcome
    base: int
    head: int
    base_share: float | None
    head_share: float | None
    base_left_out: int
    head_left_out: int
    reason: str


def compare_faults(slices: Sequence[Slice], kind: Fault, alpha: float, *, is_look: bool) -> Faults:
    """Return whether head loses (or duplicates) more than base.

    On one machine nothing but the server loses a message, so where base loses none, one of head is a
    regression, without statistics. Where both lose, the shares are compared by generation, for losses come in
    flocks: a regression if head's share is higher for certain, none if it is certainly less than twice base's;
    each bound is missed with chance `alpha`, and looked at only when `is_look`.
    """
    sound = [one for one in slices if one.is_valid]
    base, head = _count(sound, kind, "base"), _count(sound, kind, "head")
    base_share, head_share = _share(sound, kind, "base"), _share(sound, kind, "head")
    verdict, reason = _outcome(sound, kind, alpha, is_look=is_look)
    spoilt = [one for one in slices if not one.is_valid]
    base_left_out, head_left_out = _count(spoilt, kind, "base"), _count(spoilt, kind, "head")
    left_out = f"; in spoilt slices base {base_left_out:,}, head {head_left_out:,}"
    return Faults(
        kind=kind,
        verdict=verdict,
        base=base,
        head=head,
        base_share=base_share,
        head_share=head_share,
        base_left_out=base_left_out,
        head_left_out=head_left_out,
        reason=reason + (left_out if base_left_out or head_left_out else ""),
    )


def _outcome(slices: Sequence[Slice], kind: Fault, alpha: float, *, is_look: bool) -> tuple[Outcome, str]:
    base, head = _count(slices, kind, "base"), _count(slices, kind, "head")
    if head == 0:
        none = f"head {kind} none of {_owed(slices, 'head'):,}"
        return "no regression", f"base {kind} {base:,}, {none}" if base else none
    if base == 0:
        return "regression", f"head {kind} {head:,} of {_owed(slices, 'head'):,}, base none"
    both = f"both versions {kind} messages: base {base:,}, head {head:,}"
    differences = _differences(slices, kind)
    if not is_look or len(differences) < 2:
        return "inconclusive", both
    mean, reach = fmean(differences), reach_of_mean(differences, alpha)
    if mean - reach > 0:
        return "regression", f"{both}, and head's share is higher"
    if mean + reach < 0:
        return "improved", f"{both}, and head's share is lower"
    if mean + reach < (_share(slices, kind, "base") or 0):
        return "no regression", f"{both}: not twice as many"
    return "inconclusive", f"{both}: too few to tell"


def _differences(slices: Sequence[Slice], kind: Fault) -> list[float]:
    """Return head's share minus base's in each generation that owed messages on both arms."""
    differences = []
    for _, own in groupby(sorted(slices, key=lambda one: one.generation), lambda one: one.generation):
        generation = list(own)
        base, head = _share(generation, kind, "base"), _share(generation, kind, "head")
        if base is not None and head is not None:
            differences.append(head - base)
    return differences


def _count(slices: Sequence[Slice], kind: Fault, arm: Arm) -> int:
    return sum(getattr(one.counts, kind) for one in slices if one.arm == arm)


def _owed(slices: Sequence[Slice], arm: Arm) -> int:
    return sum(one.counts.owed for one in slices if one.arm == arm)


def _share(slices: Sequence[Slice], kind: Fault, arm: Arm) -> float | None:
    owed = _owed(slices, arm)
    return _count(slices, kind, arm) / owed if owed else None
