"""How much head differs from base: from slices to blocks, from blocks to generations."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from math import isfinite, log
from statistics import median
from typing import TypeGuard

import msgspec

from wswarm.stats.compare.slices import BASE_FIRST, HEAD_FIRST, Arm, Metric, Slice


class Pairing(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of head over that of base.

    Attributes:
        changes: log(head/base) of each generation with a whole block, in order.
        carry_over: For each arm and generation, log of the slice that followed one of the other arm over the
            slice that did not. It is 0 unless a slice leaves work to the next.
        base: Median of the values in whole blocks, `None` if there are none; likewise `head`.
        blocks: Blocks that should have measured it.
        dropped: Those of them in which a slice was spoilt, absent or without a value.
    """

    changes: tuple[float, ...]
    carry_over: dict[Arm, tuple[float, ...]]
    base: float | None
    head: float | None
    blocks: int
    dropped: int

    @property
    def uneven(self) -> tuple[float, ...]:
        """Carry-over of head less that of base in each generation, log: twice what it makes of the change."""
        return tuple(
            head - base for base, head in zip(self.carry_over["base"], self.carry_over["head"], strict=True)
        )


class _Block(msgspec.Struct, frozen=True):
    generation: int
    arms: tuple[Arm, ...]
    logs: tuple[float, ...]
    values: tuple[float, ...]


def pair(slices: Iterable[Slice], metric: Metric) -> Pairing:
    """Return how the metric changed from base to head; the order of the slices does not matter.

    A block gives mean log head − mean log base; a generation the median of its blocks, which a burst of load
    from elsewhere does not move. A generation, being two fresh server processes, is the unit of all inference:
    slices of the same processes resemble each other.
    """
    found = [_block(list(four)) for _, four in groupby(_ordered(slices, metric), _place)]
    blocks = [block for block in found if block is not None]
    generations = [list(own) for _, own in groupby(blocks, lambda block: block.generation)]
    return Pairing(
        changes=tuple(median(map(_change, own)) for own in generations),
        carry_over={
            "base": tuple(median(_carried(block, "base") for block in own) for own in generations),
            "head": tuple(median(_carried(block, "head") for block in own) for own in generations),
        },
        base=_typical(blocks, "base"),
        head=_typical(blocks, "head"),
        blocks=len(found),
        dropped=len(found) - len(blocks),
    )


def usable(value: float | None) -> TypeGuard[float]:
    """Return whether a value can enter a ratio: measured, finite and above 0."""
    return value is not None and isfinite(value) and value > 0


def _ordered(slices: Iterable[Slice], metric: Metric) -> list[tuple[Slice, float | None]]:
    own = [(one, one.values.get(metric.name)) for one in slices if one.load == metric.load]
    return sorted(own, key=lambda pair: (pair[0].generation, pair[0].block, pair[0].position))


def _place(measured: tuple[Slice, float | None]) -> tuple[int, int]:
    return measured[0].generation, measured[0].block


def _block(four: Sequence[tuple[Slice, float | None]]) -> _Block | None:
    """Return the block if it is whole: four sound slices in one of the two orders, each with a value."""
    arms = tuple(one.arm for one, _ in four)
    values = tuple(value for _, value in four if usable(value))
    is_whole = arms in (BASE_FIRST, HEAD_FIRST) and len(values) == 4
    if not is_whole or not all(one.is_valid for one, _ in four):
        return None
    return _Block(four[0][0].generation, arms, tuple(map(log, values)), values)


def _change(block: _Block) -> float:
    first, second, third, fourth = block.logs
    inner_over_outer = (second + third - first - fourth) / 2
    return inner_over_outer if block.arms == BASE_FIRST else -inner_over_outer


def _carried(block: _Block, arm: Arm) -> float:
    """Return how the arm's slice after the other arm's stands to its other slice: 4 to 1, or 2 to 3."""
    first, second, third, fourth = block.logs
    return fourth - first if block.arms[0] == arm else second - third


def _typical(blocks: Sequence[_Block], arm: Arm) -> float | None:
    values = [
        value for block in blocks for own, value in zip(block.arms, block.values, strict=True) if own == arm
    ]
    return median(values) if values else None
