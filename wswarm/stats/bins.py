"""Many small mergeable histograms at once: one per broadcast, one per second."""

from collections.abc import Iterable, Iterator, Sequence
from math import log
from struct import Struct

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]

BIN_WIDTH = 1.02
FLOOR_NS = 1_000
BINS = 2_048
_LOG_WIDTH = log(BIN_WIDTH)
_MOST_NS = float(1 << 62)
_OPEN_KEYS = 8
_HEAD = Struct(
    "=qHH"
)  # key, how many bins hold a value, bytes of a count; then those bins, then their counts


class Bins:
    """Values under whole-number keys, each key with logarithmic bins 2 % wide from 1 µs up; merges exactly.

    The keys that were written last have a count per bin; the others are kept as they travel.
    """

    __slots__ = ("_closed", "_open")

    def __init__(self) -> None:
        self._open: dict[int, Int64s] = {}
        self._closed: dict[int, bytes] = {}

    def record(self, keys: Int64s, values_ns: Int64s) -> None:
        """Add `values_ns[i]` under `keys[i]`; keys are ≥ 0."""
        if not len(keys):
            return
        bins = bin_of(values_ns)
        low, high = int(keys.min()), int(keys.max())
        for key in [low] if low == high else np.unique(keys).tolist():
            self._counts(key)[:] += np.bincount(bins if low == high else bins[keys == key], minlength=BINS)

    def merge(self, packed: bytes) -> None:
        """Add what others packed, one after another."""
        at = 0
        while at < len(packed):
            key, size, width = _HEAD.unpack_from(packed, at)
            end = at + _HEAD.size + size * (2 + width)
            one, at = packed[at:end], end
            if key in self._open or key in self._closed:
                bins, counts = _unpacked(one)
                self._counts(key)[bins] += counts
            else:
                self._closed[key] = one

    def pack(self) -> bytes:
        """Return all bins as bytes for `merge`."""
        parts = self._closed | {key: _packed(key, counts) for key, counts in self._open.items()}
        return b"".join(parts[key] for key in sorted(parts))

    def take_closed(self) -> bytes:
        """Return the keys that were not written last as `pack` does, and forget them: what comes later adds up."""
        closed, self._closed = self._closed, {}
        return b"".join(closed.values())

    def grouped(self, size: int) -> "Bins":
        """Return the same values with every `size` consecutive keys as one, numbered from 0."""
        grouped = Bins()
        for key in self.keys:
            bins, counts = self._bins_of(key)
            grouped._counts(key // size)[bins] += counts
        return grouped

    def quantiles_ns(self, *percents: float) -> Iterator[tuple[int, int, list[int]]]:
        """Yield each key, ascending, with its number of values, and those at `percents`: middles of bins."""
        for key in self.keys:
            bins, counts = self._bins_of(key)
            yield key, int(counts.sum()), _quantiles(bins, counts, percents)

    def counts_of(self, keys: Iterable[int]) -> Int64s:
        """Return how many values of these keys together lie in each bin."""
        total: Int64s = np.zeros(BINS, np.int64)
        for key in keys:
            if key in self._open or key in self._closed:
                bins, counts = self._bins_of(key)
                total[bins] += counts
        return total

    @property
    def keys(self) -> list[int]:
        """Return the keys that have values, ascending."""
        return sorted([*self._open, *self._closed])

    def median_ns(self, keys: Sequence[int]) -> float:
        """Return the median of all values under these keys together, within its bin by rank: finer than the bins."""
        total = self.counts_of(keys)
        cumulated, half = np.cumsum(total), total.sum() / 2
        place = int(np.searchsorted(cumulated, half))
        within = (half - (cumulated[place] - total[place])) / total[place]
        return FLOOR_NS * float(BIN_WIDTH ** (place + within))

    def _bins_of(self, key: int) -> tuple[Int64s, Int64s]:
        """Return a key's bins that hold a value, and their counts."""
        kept = self._closed.get(key)
        return _unpacked(kept if kept is not None else _packed(key, self._open[key]))

    def _counts(self, key: int) -> Int64s:
        """Return the counts of a key's bins, to be added to."""
        counts = self._open.pop(key, None)
        if counts is None:
            counts = np.zeros(BINS, np.int64)
            if (kept := self._closed.pop(key, None)) is not None:
                bins, counts_kept = _unpacked(kept)
                counts[bins] = counts_kept
            while len(self._open) >= _OPEN_KEYS:
                oldest = next(iter(self._open))
                self._closed[oldest] = _packed(oldest, self._open.pop(oldest))
        self._open[key] = counts
        return counts


def _packed(key: int, counts: Int64s) -> bytes:
    """Return a key's bins that hold a value and their counts, as small as they can be kept."""
    bins = np.flatnonzero(counts)
    kept = counts[bins]
    kept = kept.astype(np.min_scalar_type(kept.max(initial=0)))
    return _HEAD.pack(key, len(bins), kept.itemsize) + bins.astype(np.uint16).tobytes() + kept.tobytes()


def _unpacked(packed: bytes) -> tuple[Int64s, Int64s]:
    """Return the bins that hold a value and their counts."""
    _, size, width = _HEAD.unpack_from(packed)
    bins = np.frombuffer(packed, np.uint16, size, _HEAD.size)
    counts = np.frombuffer(packed, f"u{width}", size, _HEAD.size + 2 * size)
    return bins.astype(np.int64), counts.astype(np.int64)


def bin_of(values_ns: Int64s) -> Int64s:
    """Return the bin of each value."""
    position = np.log(np.maximum(values_ns, FLOOR_NS) / FLOOR_NS) / _LOG_WIDTH
    return np.minimum(position.astype(np.int64), BINS - 1)


def middle_of(bins: Int64s) -> Int64s:
    """Return the middle of each bin, ns."""
    middles: Int64s = np.rint(np.minimum(FLOOR_NS * BIN_WIDTH ** (bins + 0.5), _MOST_NS)).astype(np.int64)
    return middles


def _quantiles(bins: Int64s, counts: Int64s, percents: tuple[float, ...]) -> list[int]:
    cumulated = np.cumsum(counts)
    ranks = np.maximum(1, np.ceil(np.array(percents) / 100 * cumulated[-1] - 1e-9))
    chosen = bins[np.searchsorted(cumulated, ranks)]
    middles: list[int] = middle_of(chosen).tolist()
    return middles
