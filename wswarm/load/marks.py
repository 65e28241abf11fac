"""Many marks at once, as arrays: written for a block of sends, read from what was captured."""

from binascii import unhexlify
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wswarm.load.marker import MARK_SIZE

_FIELDS = np.dtype([("publisher", ">u4"), ("sequence", ">u4"), ("intended_ns", ">u8")])


class Marks(NamedTuple):
    """Marks read: three int64 arrays of one length."""

    publisher: npt.NDArray[np.int64]
    sequence: npt.NDArray[np.int64]
    intended_ns: npt.NDArray[np.int64]


def write_marks(
    publisher: npt.NDArray[np.int64], sequence: npt.NDArray[np.int64], intended_ns: npt.NDArray[np.int64]
) -> list[bytes]:
    """Return one 32-byte mark per row of the three equally long arrays."""
    fields = np.empty(len(sequence), _FIELDS)
    fields["publisher"], fields["sequence"], fields["intended_ns"] = publisher, sequence, intended_ns
    digits = fields.tobytes().hex().encode()
    return [digits[at : at + MARK_SIZE] for at in range(0, len(digits), MARK_SIZE)]


def read_marks(digits: bytes) -> tuple[Marks, npt.NDArray[np.bool_] | None]:
    """Return the marks in `digits`, 32 bytes each, one after another.

    The second value is `None` when every mark is sound, else a mask of the sound ones; a mark that a server
    damaged reads as zeros.
    """
    try:
        return _fields(unhexlify(digits)), None
    except ValueError:
        sound = np.array(
            [_is_hex(digits[at : at + MARK_SIZE]) for at in range(0, len(digits), MARK_SIZE)], np.bool_
        )
        zeros = b"0" * MARK_SIZE
        mended = b"".join(
            digits[at : at + MARK_SIZE] if is_sound else zeros
            for at, is_sound in zip(range(0, len(digits), MARK_SIZE), sound, strict=True)
        )
        return _fields(unhexlify(mended)), sound


def _fields(raw: bytes) -> Marks:
    fields = np.frombuffer(raw, _FIELDS)
    return Marks(
        fields["publisher"].astype(np.int64),
        fields["sequence"].astype(np.int64),
        fields["intended_ns"].astype(np.int64),
    )


def _is_hex(mark: bytes) -> bool:
    return not mark.strip(b"0123456789abcdefABCDEF")
