"""A rate, or a level, that changes linearly over time: how much has come by when, and the inverse."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from wswarm.load.arrivals import BLOCK
from wswarm.load.turns import Int64s
from wswarm.units import NS_PER_S

Floats = npt.NDArray[np.float64]

AT_ONCE = 4_096  # moments; they take less than 1 ms
_GRAIN = 6  # decimals of a count: what sums of floats have beyond them is none of it


class Piecewise:
    """A value ≥ 0 over time: linear in each span from the value before, the first from 0; a span of no length jumps.

    Args:
        spans: Length in ns, and the value at its end, per s if it is a rate.

    Attributes:
        ends_ns: Where each span ends. `length_ns`: where the last does.
    """

    def __init__(self, spans: Sequence[tuple[int, float]]) -> None:
        self.ends_ns: Int64s = np.cumsum([length for length, _ in spans], dtype=np.int64)
        self.length_ns = int(self.ends_ns[-1]) if spans else 0
        self._starts_ns = np.concatenate([np.zeros(1, np.int64), self.ends_ns])[:-1]
        self._to = np.array([value for _, value in spans], np.float64)
        self._from = np.concatenate([np.zeros(1), self._to])[:-1]

    @cached_property
    def integrals(self) -> Floats:
        """What has come by the end of each span."""
        lengths_s = (self.ends_ns - self._starts_ns) / NS_PER_S
        return np.round(np.cumsum((self._from + self._to) / 2 * lengths_s), _GRAIN)

    @property
    def integral(self) -> float:
        """What has come by the end."""
        return float(self.integrals[-1]) if len(self.integrals) else 0.0

    @property
    def count(self) -> int:
        """The integral, rounded."""
        return round(self.integral)

    def values(self, times_ns: Int64s) -> Floats:
        """Return the value at each of the moments; where it jumps, that after it, beyond the end the last."""
        if not len(self.ends_ns):
            return np.zeros(len(times_ns))
        span = self._spans_at(times_ns)
        length_ns = self.ends_ns[span] - self._starts_ns[span]
        passed = np.clip((times_ns - self._starts_ns[span]) / np.maximum(length_ns, 1), 0.0, 1.0)
        passed[length_ns == 0] = 1.0
        values: Floats = self._from[span] + passed * (self._to[span] - self._from[span])
        return values

    def until(self, times_ns: Int64s) -> Floats:
        """Return what has come by each of the moments."""
        if not len(self.ends_ns):
            return np.zeros(len(times_ns))
        span = self._spans_at(times_ns)
        passed_s = np.minimum(times_ns, self.length_ns) - self._starts_ns[span]
        mean = (self._from[span] + self.values(times_ns)) / 2
        return self._before(span) + np.where(mean > 0, mean * passed_s / NS_PER_S, 0.0)

    def times_of(self, amounts: Floats) -> Int64s:
        """Return when so much has come, in ns from the beginning; where nothing comes just then, when it goes on.

        An amount n that is a whole number is the moment of event n of a row that begins with event 0. Amounts above
        the integral are the end.

        Source: within a span of slope a from the value v, c more has come after 2c / (v + √(v² + 2ac)).
        """
        if not len(self.ends_ns):
            return np.zeros(len(amounts), np.int64)
        span = np.minimum(np.searchsorted(self.integrals, amounts, "right"), len(self.ends_ns) - 1)
        start_ns, end_ns = self._starts_ns[span], self.ends_ns[span]
        more = np.maximum(amounts - self._before(span), 0.0)
        first, length_s = self._from[span], (end_ns - start_ns) / NS_PER_S
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = np.where(length_s > 0, (self._to[span] - first) / length_s, 0.0)
            root = np.sqrt(np.maximum(first * first + 2 * slope * more, 0.0))
            after_s = np.where(more > 0, 2 * more / (first + root), 0.0)
        after_s = np.where(np.isfinite(after_s), after_s, length_s)
        times_ns = np.minimum(start_ns + np.rint(after_s * NS_PER_S).astype(np.int64), end_ns)
        return np.where(amounts >= self.integral, self.length_ns, times_ns)

    def at_random(self, count: int, seed: tuple[int, ...]) -> Iterator[Int64s]:
        """Yield `count` random moments, ascending, some at a time: a Poisson process of this rate.

        Source: given their number, its events are independent, with a density in proportion to the rate (Kingman,
        Poisson Processes, 2.4): the inverse of what has come, at uniform amounts.
        """
        chance = np.random.default_rng(seed)
        parts = -(-count // BLOCK)
        sizes: list[int] = chance.multinomial(count, [1 / parts] * parts).tolist() if parts else []
        for part, size in enumerate(sizes):
            amounts = (part + np.sort(chance.random(size))) / parts * self.integral
            for low in range(0, size, AT_ONCE):
                yield self.times_of(amounts[low : low + AT_ONCE])

    def crossings(self, thresholds: Floats) -> Iterator[tuple[bool, Int64s, Int64s]]:
        """Yield, span by span, whether the value rises, and which thresholds it passes when, in their order.

        Args:
            thresholds: Ascending; the value is at none of them where a span ends.
        """
        spans = zip(
            self._from.tolist(),
            self._to.tolist(),
            self._starts_ns.tolist(),
            self.ends_ns.tolist(),
            strict=True,
        )
        for before, after, start_ns, end_ns in spans:
            low, high = np.searchsorted(thresholds, sorted((before, after))).tolist()
            places = np.arange(low, high, dtype=np.int64)[:: 1 if after > before else -1]
            if len(places):
                passed = (thresholds[places] - before) / (after - before)
                yield (
                    after > before,
                    places,
                    start_ns + np.rint(passed * (end_ns - start_ns)).astype(np.int64),
                )

    def _before(self, span: Int64s) -> Floats:
        """Return what had come by the beginning of each of the spans."""
        return np.concatenate([np.zeros(1), self.integrals])[span]

    def _spans_at(self, times_ns: Int64s) -> Int64s:
        return np.minimum(np.searchsorted(self.ends_ns, times_ns, "right"), len(self.ends_ns) - 1)
