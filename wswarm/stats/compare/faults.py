"""Lost and duplicated messages of two versions: what base never does, head may not do once."""

from collections.abc import Sequence
from itertools import groupby
from statistics import fmean
from typing import Literal, NamedTuple

import msgspec

from wswarm.stats.compare.slices import Arm, Slice
from wswarm.stats.compare.student import reach_of_mean

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
    each bound is missed with chance `alpha`, and looked at only when `is_look`. What is lost of too much load says
    how much it was, and is left out.
    """
    slices = [one for one in slices if one.load != "overload"]
    sound = [one for one in slices if one.is_valid]
    base, head = _counted(sound, kind)
    verdict, reason = _outcome(sound, kind, alpha, is_look=is_look)
    base_spoilt, head_spoilt = _counted([one for one in slices if not one.is_valid], kind)
    left_out = f"; in spoilt slices base {base_spoilt.faults:,}, head {head_spoilt.faults:,}"
    return Faults(
        kind=kind,
        verdict=verdict,
        base=base.faults,
        head=head.faults,
        base_share=base.share,
        head_share=head.share,
        base_left_out=base_spoilt.faults,
        head_left_out=head_spoilt.faults,
        reason=reason + (left_out if base_spoilt.faults or head_spoilt.faults else ""),
    )


def _outcome(slices: Sequence[Slice], kind: Fault, alpha: float, *, is_look: bool) -> tuple[Outcome, str]:
    base, head = _counted(slices, kind)
    if head.faults == 0:
        none = f"head {kind} none of {head.owed:,}"
        return "no regression", f"base {kind} {base.faults:,}, {none}" if base.faults else none
    if base.faults == 0:
        return "regression", f"head {kind} {head.faults:,} of {head.owed:,}, base none"
    both = f"both versions {kind} messages: base {base.faults:,}, head {head.faults:,}"
    differences = _differences(slices, kind)
    if not is_look or len(differences) < 2:
        return "inconclusive", both
    mean, reach = fmean(differences), reach_of_mean(differences, alpha)
    if mean - reach > 0:
        return "regression", f"{both}, and head's share is higher"
    if mean + reach < 0:
        return "improved", f"{both}, and head's share is lower"
    if mean + reach < (base.share or 0):
        return "no regression", f"{both}: not twice as many"
    return "inconclusive", f"{both}: too few to tell"


def _differences(slices: Sequence[Slice], kind: Fault) -> list[float]:
    """Return head's share minus base's in each generation that owed messages on both arms."""
    differences = []
    for _, own in groupby(sorted(slices, key=lambda one: one.generation), lambda one: one.generation):
        base, head = (arm.share for arm in _counted(list(own), kind))
        if base is not None and head is not None:
            differences.append(head - base)
    return differences


class _Counted(NamedTuple):
    """Messages of one arm: those of a kind of fault, and all that were owed."""

    faults: int
    owed: int

    @property
    def share(self) -> float | None:
        """Of those owed, `None` if none were."""
        return self.faults / self.owed if self.owed else None


def _counted(slices: Sequence[Slice], kind: Fault) -> tuple[_Counted, _Counted]:
    """Return what was counted of base and of head."""
    count: dict[Arm, int] = {"base": 0, "head": 0}
    owed: dict[Arm, int] = {"base": 0, "head": 0}
    for one in slices:
        count[one.arm] += getattr(one.counts, kind)
        owed[one.arm] += one.counts.owed
    return _Counted(count["base"], owed["base"]), _Counted(count["head"], owed["head"])
