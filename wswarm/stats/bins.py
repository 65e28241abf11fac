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
_CONSOLIDATE_AT = 1 << 20


class Bins:
    """Values under whole-number keys, each key with logarithmic bins 2 % wide from 1 µs up; merges exactly.

    Memory grows with the bins that hold a value, not with the values.
    """

    __slots__ = ("_codes", "_counts", "_distinct", "_pending")

    def __init__(self) -> None:
        self._codes: list[Int64s] = []
        self._counts: list[Int64s] = []
        self._pending = self._distinct = 0

    def record(self, keys: Int64s, values_ns: Int64s) -> None:
        """Add `values_ns[i]` under `keys[i]`; keys are ≥ 0."""
        if len(keys):
            self._append(*np.unique(keys * BINS + _bin_of(values_ns), return_counts=True))

    def truncate(self, keys: int) -> None:
        """Forget what is under this key and greater ones."""
        codes, counts = self._consolidated()
        is_kept = codes < keys * BINS
        self._codes, self._counts = [codes[is_kept]], [counts[is_kept]]

    def merge(self, packed: bytes) -> None:
        """Add what another `Bins` packed."""
        if packed:
            codes, counts = np.frombuffer(packed, np.int64).reshape(2, -1)
            self._append(codes, counts)

    def pack(self) -> bytes:
        """Return all bins as bytes for `merge`."""
        codes, counts = self._consolidated()
        return np.concatenate((codes, counts)).tobytes()

    def quantiles_ns(self, *percents: float) -> Iterator[tuple[int, int, list[int]]]:
        """Yield each key, ascending, with its number of values, and those at `percents`: middles of bins."""
        codes, counts = self._consolidated()
        if not len(codes):
            return
        keys, starts = np.unique(codes // BINS, return_index=True)
        for key, key_codes, key_counts in zip(
            keys.tolist(), np.split(codes, starts[1:]), np.split(counts, starts[1:]), strict=True
        ):
            yield key, int(key_counts.sum()), _quantiles(key_codes % BINS, key_counts, percents)

    def total_quantiles_ns(self, *percents: float) -> list[int] | None:
        """Return the values at `percents` over all keys together; `None` when there are none."""
        codes, counts = self._consolidated()
        if not len(codes):
            return None
        totals = np.bincount(codes % BINS, weights=counts, minlength=BINS).astype(np.int64)
        bins = np.flatnonzero(totals)
        return _quantiles(bins, totals[bins], percents)

    def _append(self, codes: Int64s, counts: Int64s) -> None:
        self._codes.append(codes)
        self._counts.append(counts.astype(np.int64))
        self._pending += len(codes)
        if self._pending > max(
            _CONSOLIDATE_AT, self._distinct
        ):  # so each code is sorted a few times, not at every call
            self._consolidated()

    def _consolidated(self) -> tuple[Int64s, Int64s]:
        if not self._codes:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        codes, inverse = np.unique(np.concatenate(self._codes), return_inverse=True)
        counts = np.bincount(inverse, weights=np.concatenate(self._counts)).astype(np.int64)
        self._codes, self._counts = [codes], [counts]
        self._pending, self._distinct = 0, len(codes)
        return codes, counts


def _bin_of(values_ns: Int64s) -> Int64s:
    position = np.log(np.maximum(values_ns, FLOOR_NS) / FLOOR_NS) / _LOG_WIDTH
    return np.minimum(position.astype(np.int64), BINS - 1)


def _quantiles(bins: Int64s, counts: Int64s, percents: tuple[float, ...]) -> list[int]:
    cumulated = np.cumsum(counts)
    ranks = np.maximum(1, np.ceil(np.array(percents) / 100 * cumulated[-1] - 1e-9))
    chosen = bins[np.searchsorted(cumulated, ranks)]
    return [round(FLOOR_NS * BIN_WIDTH ** (at + 0.5)) for at in chosen.tolist()]
