"""Many marks that are whole numbers at once, as arrays."""

import numpy as np
import numpy.typing as npt

from wswarm.load.number import FACTOR, INDEX_SIZE, INDEXES, NONCE_SIZE, NUMBER_SIZE

Int64s = npt.NDArray[np.int64]

_INVERSE = pow(FACTOR, -1, INDEXES)
_PART = 10**6  # a product of 11 digits and 11 digits needs more than 64 bits
_POWERS = 10 ** np.arange(INDEX_SIZE, dtype=np.int64)[::-1]


def write_indexes(indexes: Int64s, salt: int) -> list[bytes]:
    """Return the 11 digits of each message.

    Args:
        indexes: Of the messages in their load, from 0, below `INDEXES`.
        salt: Of the load: what is under way of another names no message of it, but by chance.
    """
    return [b"%011d" % one for one in ((_times(FACTOR, indexes) + salt % INDEXES) % INDEXES).tolist()]


def read_indexes(numbers: bytes, salt: int) -> Int64s:
    """Return which messages the numbers name, 16 digits each, one after another."""
    digits = np.frombuffer(numbers, np.uint8).reshape(-1, NUMBER_SIZE)[:, NONCE_SIZE:]
    return _times(_INVERSE, ((digits.astype(np.int64) - ord("0")) @ _POWERS - salt % INDEXES) % INDEXES)


def _times(factor: int, values: Int64s) -> Int64s:
    high, low = np.divmod(values, _PART)
    product: Int64s = (high * factor % INDEXES * _PART + low * factor) % INDEXES
    return product
