"""When to send: intended times as a pure function of the plan, the same in every process."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from wswarm.units import NS_PER_S

BLOCK = 65_536


class Block(NamedTuple):
    """Consecutive sends: `first` is the index of the first among all, `offsets_ns` ascend from the load's start."""

    first: int
    offsets_ns: npt.NDArray[np.int64]


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """Intended send times of an open model: warm-up, then hold, round(rate × phase) sends each.

    Attributes:
        rate: Sends per s over all senders, > 0.
        warmup: s. `hold`: s, > 0.
        arrivals: `constant`: evenly spaced. `poisson`: independent random instants.
        seed: Fixes the random instants.
    """

    rate: float
    warmup: float
    hold: float
    arrivals: Literal["constant", "poisson"] = "constant"
    seed: int = 0

    @property
    def warmup_ns(self) -> int:
        """Length of the warm-up."""
        return round(self.warmup * NS_PER_S)

    @property
    def hold_ns(self) -> int:
        """Length of the hold."""
        return round(self.hold * NS_PER_S)

    @property
    def warmup_sends(self) -> int:
        """Sends intended in the warm-up."""
        return round(self.rate * self.warmup)

    @property
    def hold_sends(self) -> int:
        """Sends intended in the hold."""
        return round(self.rate * self.hold)

    @property
    def sends(self) -> int:
        """All sends."""
        return self.warmup_sends + self.hold_sends

    def blocks(self) -> Iterator[Block]:
        """Yield every send once, in order, at most some 65,536 at a time.

        Source: given their number, the arrivals of a Poisson process are independent and uniform over the
        interval, and their numbers in equal parts of it are multinomial (Kingman, Poisson Processes, 2.4).
        """
        chance = np.random.default_rng(self.seed)
        first = 0
        phases = ((0, self.warmup_ns, self.warmup_sends), (self.warmup_ns, self.hold_ns, self.hold_sends))
        for start_ns, length_ns, count in phases:
            parts = -(-count // BLOCK)
            for part, size in enumerate(self._part_sizes(chance, count, parts)):
                offsets_ns = self._offsets(chance, length_ns, count, (part, parts, int(size)))
                yield Block(first, start_ns + offsets_ns)
                first += int(size)

    def _part_sizes(self, chance: "np.random.Generator", count: int, parts: int) -> npt.NDArray[np.int64]:
        if self.arrivals == "constant" or parts == 0:
            return np.diff(np.minimum(np.arange(parts + 1) * BLOCK, count))
        return chance.multinomial(count, [1 / parts] * parts)

    def _offsets(
        self, chance: "np.random.Generator", length_ns: int, count: int, block: tuple[int, int, int]
    ) -> npt.NDArray[np.int64]:
        part, parts, size = block
        if self.arrivals == "constant":
            index = part * BLOCK + np.arange(size, dtype=np.int64)
            return (index * (length_ns / count)).astype(np.int64)
        low, high = part * length_ns // parts, (part + 1) * length_ns // parts
        return np.sort(chance.integers(low, high, size, dtype=np.int64))
