"""Many small mergeable histograms at once: one per broadcast, one per second."""

from collections.abc import Iterator
from math import log

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]

BIN_WIDTH = 1.02
FLOOR_NS = 1_000
BINS = 2_048
_LOG_WIDTH = log(BIN_WIDTH)
_MOST_NS = float(1 << 62)
_OPEN_KEYS = 8


class Bins:
    """Values under whole-number keys, each key with logarithmic bins 2 % wide from 1 µs up; merges exactly.

    The keys that were written last have a count per bin; of the others only the bins that hold a value are kept.
    """

    __slots__ = ("_closed", "_open")

    def __init__(self) -> None:
        self._open: dict[int, Int64s] = {}
        self._closed: dict[int, Int64s] = {}

    def record(self, keys: Int64s, values_ns: Int64s) -> None:
        """Add `values_ns[i]` under `keys[i]`; keys are ≥ 0."""
        if not len(keys):
            return
        bins = bin_of(values_ns)
        low, high = int(keys.min()), int(keys.max())
        for key in [low] if low == high else np.unique(keys).tolist():
            self._counts(key)[:] += np.bincount(bins if low == high else bins[keys == key], minlength=BINS)

    def merge(self, packed: bytes) -> None:
        """Add what another `Bins` packed."""
        codes, counts = np.frombuffer(packed, np.int64).reshape(2, -1)
        for key in np.unique(codes // BINS).tolist():
            low, high = np.searchsorted(codes, (key * BINS, (key + 1) * BINS))
            self._counts(key)[codes[low:high] % BINS] += counts[low:high]

    def pack(self) -> bytes:
        """Return all bins as bytes for `merge`."""
        parts = self._closed | {key: _shrunk(counts) for key, counts in self._open.items()}
        keys = sorted(parts)
        if not keys:
            return b""
        bins, counts = np.concatenate([parts[key] for key in keys], axis=1).astype(np.int64)
        sizes = [parts[key].shape[1] for key in keys]
        return np.concatenate((np.repeat(np.array(keys), sizes) * BINS + bins, counts)).tobytes()

    def quantiles_ns(self, *percents: float) -> Iterator[tuple[int, int, list[int]]]:
        """Yield each key, ascending, with its number of values, and those at `percents`: middles of bins."""
        for key, bins, counts in self._occupied():
            yield key, int(counts.sum()), _quantiles(bins, counts, percents)

    def total_quantiles_ns(self, *percents: float) -> list[int] | None:
        """Return the values at `percents` over all keys together; `None` when there are none."""
        totals: Int64s = np.zeros(BINS, np.int64)
        for _, bins, counts in self._occupied():
            totals[bins] += counts
        occupied = np.flatnonzero(totals)
        return _quantiles(occupied, totals[occupied], percents) if len(occupied) else None

    def _counts(self, key: int) -> Int64s:
        """Return the counts of a key's bins, to be added to."""
        counts = self._open.pop(key, None)
        if counts is None:
            counts = np.zeros(BINS, np.int64)
            if (kept := self._closed.pop(key, None)) is not None:
                counts[kept[0]] = kept[1]
            while len(self._open) >= _OPEN_KEYS:
                oldest = next(iter(self._open))
                self._closed[oldest] = _shrunk(self._open.pop(oldest))
        self._open[key] = counts
        return counts

    def _occupied(self) -> Iterator[tuple[int, Int64s, Int64s]]:
        """Yield each key, ascending, with its bins that hold a value and their counts."""
        for key in sorted([*self._open, *self._closed]):
            kept = self._closed.get(key)
            bins, counts = kept if kept is not None else _shrunk(self._open[key])
            yield key, bins.astype(np.int64), counts.astype(np.int64)


def _shrunk(counts: Int64s) -> Int64s:
    """Return the bins that hold a value and their counts, as small as they can be kept."""
    bins = np.flatnonzero(counts)
    kept = np.stack((bins, counts[bins]))
    return kept.astype(np.uint16) if kept.max(initial=0) < 1 << 16 else kept


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
