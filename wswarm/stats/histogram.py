"""Times at three significant digits from 1 µs to 1 h, mergeable without loss: an HdrHistogram filled by numpy.

The layout is that of HdrHistogram (Gil Tene) with values in ns, lowest 1,000, highest 3.6e12, 3 digits. The
`record_value` of the library for Python takes 1.7 µs a value, ours some 30 ns.
"""

from functools import cache
from typing import Self

import numpy as np
import numpy.typing as npt

from wswarm.stats import hdr

Int64s = npt.NDArray[np.int64]

LOWEST_NS = 1_000
HIGHEST_NS = 3_600_000_000_000
DIGITS = 3

_HALF_BITS = 10  # 2,048 sub-buckets hold three digits; each further bucket uses their upper half
_UNIT_BITS = 9  # values are kept in units of 512 ns, the power of two next below the lowest
_HALF = 1 << _HALF_BITS
_BUCKETS = 23
SLOTS = (_BUCKETS + 1) * _HALF
_LAYOUT = hdr.Layout(SLOTS, DIGITS, LOWEST_NS, HIGHEST_NS)

_Z95 = 1.959964


class Histogram:
    """How many values fell where; `min_ns`, `max_ns` and `total_ns` are exact.

    Attributes:
        counts: int64, `SLOTS` long.
        n: Number of values.
        min_ns: Least value, `None` when n is 0, as is `max_ns`.
        total_ns: Sum of the values.
    """

    __slots__ = ("counts", "max_ns", "min_ns", "n", "total_ns")

    def __init__(self) -> None:
        self.counts: Int64s = np.zeros(SLOTS, np.int64)
        self.n = 0
        self.min_ns: int | None = None
        self.max_ns: int | None = None
        self.total_ns = 0

    def record(self, values_ns: Int64s) -> None:
        """Add every value; those below 0 or above 1 h count at that limit, but stay exact in min, max and sum."""
        if len(values_ns) == 0:
            return
        counts = np.bincount(_slots(values_ns))
        self.counts[: len(counts)] += counts
        self._widen(int(values_ns.min()), int(values_ns.max()))
        self.n += len(values_ns)
        self.total_ns += int(values_ns.sum())

    def merge(self, other: "Histogram") -> None:
        """Add all values of `other`: the same as if they had been recorded here."""
        if other.n == 0 or other.min_ns is None or other.max_ns is None:
            return
        self.counts += other.counts
        self._widen(other.min_ns, other.max_ns)
        self.n += other.n
        self.total_ns += other.total_ns

    def since(self, earlier: "Histogram") -> "Histogram":
        """Return what this one has more than an earlier one of the same values; min and max to three digits."""
        found = Histogram()
        found.counts = self.counts - earlier.counts
        found.n, found.total_ns = self.n - earlier.n, self.total_ns - earlier.total_ns
        middles, _ = found.occupied()
        if len(middles):
            found.min_ns, found.max_ns = int(middles[0]), int(middles[-1])
        return found

    def percentile_ns(self, percent: float) -> int | None:
        """Return the value at or below which `percent` of the values lie, at three digits; `None` when empty."""
        if self.n == 0 or self.min_ns is None or self.max_ns is None:
            return None
        rank = max(1, int(np.ceil(percent / 100 * self.n - 1e-9)))
        slot = int(np.searchsorted(np.cumsum(self.counts), rank))
        return min(max(int(_middles(np.array([slot]))[0]), self.min_ns), self.max_ns)

    def occupied(self) -> tuple[Int64s, Int64s]:
        """Return the middles (ns, ascending) and the counts of the slots that hold a value."""
        slots = np.flatnonzero(self.counts)
        return _middles(slots), self.counts[slots]

    def encode(self) -> str:
        """Return the histogram as HdrHistogram's V2 compressed encoding, base64."""
        slots = np.flatnonzero(self.counts)
        return hdr.encode(_LAYOUT, slots.tolist(), self.counts[slots].tolist())

    @classmethod
    def decode(cls, text: str) -> Self:
        """Return the histogram that `encode` wrote; min, max and sum are then known to three digits only.

        Raises:
            Damaged: the text is not such an encoding, or of another range.
        """
        found = hdr.decode(_LAYOUT, text)
        histogram = cls()
        for slot, count in found:
            histogram.counts[slot] = count
        middles, counts = histogram.occupied()
        if len(middles):
            histogram.n = int(counts.sum())
            histogram.min_ns, histogram.max_ns = int(middles[0]), int(middles[-1])
            histogram.total_ns = int(middles @ counts.astype(np.float64))  # may be beyond 64 bits
        return histogram

    def pack(self) -> bytes:
        """Return the histogram as bytes for `merge_packed`: exact, and small when few slots hold a value."""
        if self.n == 0:
            return b""
        slots = np.flatnonzero(self.counts)
        head = np.array([self.n, self.min_ns, self.max_ns, self.total_ns], np.int64)
        return np.concatenate((head, slots, self.counts[slots])).tobytes()

    def merge_packed(self, packed: bytes) -> None:
        """Add what another histogram packed."""
        if not packed:
            return
        numbers = np.frombuffer(packed, np.int64)
        slots, counts = numbers[4:].reshape(2, -1)
        self.counts[slots] += counts
        self._widen(int(numbers[1]), int(numbers[2]))
        self.n += int(numbers[0])
        self.total_ns += int(numbers[3])

    def _widen(self, low_ns: int, high_ns: int) -> None:
        self.min_ns = low_ns if self.min_ns is None else min(self.min_ns, low_ns)
        self.max_ns = high_ns if self.max_ns is None else max(self.max_ns, high_ns)


def newer(packed: bytes, before: Histogram) -> tuple[Histogram, Histogram]:
    """Return what was packed, and of it what an earlier one of the same values lacks: all, if it began anew since."""
    whole = Histogram()
    whole.merge_packed(packed)
    return whole, whole.since(before) if whole.n >= before.n else whole


def is_supported(n: int, percent: float) -> bool:
    """Return whether n values can carry the percentile: its 95 % order-statistic interval lies inside the sample.

    Source: the ranks np ± 1.96 √(np(1-p)), normal approximation to the binomial (Conover, Practical
    Nonparametric Statistics, 3.2).
    """
    p = percent / 100
    spread = _Z95 * float(np.sqrt(n * p * (1 - p)))
    return n * p - spread >= 1 and n * p + spread <= n


def furthest_supported(n: int) -> float:
    """Return 1 / (1 - p) of the highest percentile p, 0 to 1, that a sample of `n` supports.

    Source: the same interval lies within the sample while n (1 - p) ≥ 1.96² p.
    """
    return 1 + n / _Z95**2


@cache
def values_needed(percent: float) -> int:
    """Return the least number of values that can carry the percentile, from above 0 to below 100: 381 for 99."""
    low, high = 0, 1
    while not is_supported(high, percent):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_supported(middle, percent) else (middle, high)
    return high


def _slots(values_ns: Int64s) -> Int64s:
    units = np.clip(values_ns, 0, HIGHEST_NS) >> _UNIT_BITS
    _, exponent = np.frexp(np.maximum(units, 1).astype(np.float64))
    bucket = np.maximum(exponent.astype(np.int64) - (_HALF_BITS + 1), 0)
    slots: Int64s = (bucket << _HALF_BITS) + (units >> bucket)
    return slots


def _middles(slots: Int64s) -> Int64s:
    bucket = np.maximum((slots >> _HALF_BITS) - 1, 0)
    units = (slots - (bucket << _HALF_BITS)) << bucket
    middles: Int64s = (units << _UNIT_BITS) + (np.int64(1) << (bucket + _UNIT_BITS - 1))
    return middles
