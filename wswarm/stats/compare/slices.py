"""What an interleaved comparison of two versions records: slices of load on base and head, in turn."""

from collections.abc import Sequence
from random import Random
from typing import Literal

import msgspec

from wswarm.errors import PlanError

Arm = Literal["base", "head"]
Load = Literal["open", "closed", "overload"]
Order = tuple[Arm, Arm, Arm, Arm]

BASE_FIRST: Order = ("base", "head", "head", "base")
HEAD_FIRST: Order = ("head", "base", "base", "head")


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One figure by which two versions are compared.

    Attributes:
        name: Its key in the values of a slice.
        theta: The slowdown that must be caught, as a share: 0.05 is 5 %.
        is_lower_worse: Whether the figure falls when the server gets slower, as capacity does.
        is_gating: Whether its verdict decides; otherwise it is advisory.
        load: The slices that measure it: at a rate, as fast as replies come, or with too much to deliver in time.
        unit: What its values are in: `s`, `per s`, `bytes`, or nothing.

    Raises:
        PlanError: `theta` is not above 0 and at most 1.
    """

    name: str
    theta: float
    is_lower_worse: bool = False
    is_gating: bool = True
    load: Load = "open"
    unit: str = "s"

    def __post_init__(self) -> None:
        if not 0 < self.theta <= 1:
            raise PlanError(f"{self.name}: a slowdown to catch of {self.theta:g} is not in 0 … 1")

    @property
    def tolerated(self) -> float:
        """The slowdown that is not worth a word: half of `theta`."""
        return self.theta / 2


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the messages of a slice; owed = received + lost."""

    offered: int = 0
    sent: int = 0
    owed: int = 0
    received: int = 0
    lost: int = 0
    duplicated: int = 0


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """Some seconds of load on one version.

    Attributes:
        generation: Which pair of fresh server processes, from 0.
        block: Which block of four slices in the generation, from 0.
        position: Place in the block, 0 to 3.
        values: Figures by metric; `None` or absent where nothing was measured.
        reasons: Why the generator or the machine spoilt the slice, none if they did not. The rules are set
            beforehand and do not look at the arm.
    """

    generation: int
    block: int
    position: int
    arm: Arm
    load: Load = "open"
    values: dict[str, float | None] = {}
    counts: Counts = Counts()
    reasons: tuple[str, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Whether neither the generator nor the machine spoilt it."""
        return not self.reasons


def random_blocks(rng: Random, blocks: int) -> list[Order]:
    """Return the order of the arms in each block of a generation: half ABBA, half BAAB, shuffled.

    Within a block a steady drift weighs on both arms alike. Blocks of both orders in equal number make what
    favours the first or last slice of a block cancel too; an odd block falls to either by chance.
    """
    pairs = [order for _ in range(blocks // 2) for order in (BASE_FIRST, HEAD_FIRST)]
    odd = [rng.choice((BASE_FIRST, HEAD_FIRST))] * (blocks % 2)
    orders = [*pairs, *odd]
    rng.shuffle(orders)
    return orders


def whole_blocks(slices: Sequence[Slice]) -> list[Slice]:
    """Return the slices, in the order in which they were made, but for those of a last block that was not ended.

    If there is no whole block, all are returned: of what little there is the counts are known.
    """
    whole = len(slices) - len(slices) % 4
    return list(slices[:whole] or slices)
