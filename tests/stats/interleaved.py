"""Interleaved slices without any noise, so that every figure of a comparison is known."""

from collections.abc import Mapping, Sequence
from random import Random

import msgspec

from wswarm.stats.compare.slices import Counts, Slice, random_blocks

FINE = Counts(offered=100, sent=100, owed=1000, received=1000)


def experiment(
    ratios: Sequence[float], *, level: Sequence[float] | None = None, blocks: int = 6, name: str = "p50"
) -> list[Slice]:
    """Return the slices of generations in which head takes `ratios[i]` times as long as base."""
    levels = level or [1.0] * len(ratios)
    return [
        Slice(
            generation=generation,
            block=block,
            position=position,
            arm=arm,
            values={name: levels[generation] * (ratio if arm == "head" else 1.0)},
            counts=FINE,
        )
        for generation, ratio in enumerate(ratios)
        for block, order in enumerate(random_blocks(Random(generation), blocks))
        for position, arm in enumerate(order)
    ]


def swapped(slices: Sequence[Slice]) -> list[Slice]:
    """Return the slices with base for head and head for base."""
    return [msgspec.structs.replace(one, arm="base" if one.arm == "head" else "head") for one in slices]


def valued(one: Slice, values: Mapping[str, float | None]) -> Slice:
    """Return the slice with these values instead."""
    return msgspec.structs.replace(one, values=dict(values))


def counted(one: Slice, **counts: int) -> Slice:
    """Return the slice with these counts instead."""
    return msgspec.structs.replace(one, counts=msgspec.structs.replace(one.counts, **counts))
