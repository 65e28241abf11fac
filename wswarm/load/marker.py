"""The mark that a message carries through any server: who sent it, which one it is, when it was due.

46 ASCII bytes that neither JSON nor HTML nor a URL escapes: `wswarm`, 8 hexadecimal digits that name the run,
then 32 that hold the publisher (8), its sequence number (8) and the intended send time (16, CLOCK_MONOTONIC ns).
"""

from binascii import unhexlify
from collections import Counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

PREFIX_SIZE = 14
MARK_SIZE = 32
MARKER_SIZE = PREFIX_SIZE + MARK_SIZE

_FIELDS = np.dtype([("publisher", ">u4"), ("sequence", ">u4"), ("intended_ns", ">u8")])


class Marks(NamedTuple):
    """Marks read: three int64 arrays of one length."""

    publisher: npt.NDArray[np.int64]
    sequence: npt.NDArray[np.int64]
    intended_ns: npt.NDArray[np.int64]


def prefix_for(nonce: int) -> bytes:
    """Return the run's 14-byte marker prefix; `nonce` is any integer, of which 32 bits are used."""
    return b"wswarm%08x" % (nonce & 0xFFFFFFFF)


def write_marks(
    publisher: npt.NDArray[np.int64], sequence: npt.NDArray[np.int64], intended_ns: npt.NDArray[np.int64]
) -> list[bytes]:
    """Return one 32-byte mark per row of the three equally long arrays."""
    fields = np.empty(len(sequence), _FIELDS)
    fields["publisher"], fields["sequence"], fields["intended_ns"] = publisher, sequence, intended_ns
    digits = fields.tobytes().hex().encode()
    return [digits[at : at + MARK_SIZE] for at in range(0, len(digits), MARK_SIZE)]


def write_mark(publisher: int, sequence: int, intended_ns: int) -> bytes:
    """Return the 32-byte mark of one message."""
    return b"%08x%08x%016x" % (publisher, sequence, intended_ns)


def markers_in(payload: bytes, prefix: bytes, copies: int) -> list[bytes]:
    """Return the whole markers in a message that may hold many, in order; their digits are not looked at.

    A prefix that another follows too soon, or the end of the message, begins none. A search goes on right after a
    prefix, so that a damaged mark hides none behind it.

    Args:
        copies: How often each message holds its marker: so many of the same count as one.
    """
    found = [prefix + part[:MARK_SIZE] for part in payload.split(prefix)[1:] if len(part) >= MARK_SIZE]
    return firsts_of(found, copies)


def firsts_of(found: list[bytes], copies: int) -> list[bytes]:
    """Return the markers of one message without the further copies of its template; each `copies` count as one."""
    if copies == 1:
        return found
    seen: Counter[bytes] = Counter()
    firsts: list[bytes] = []
    for marker in found:
        if seen[marker] % copies == 0:
            firsts.append(marker)
        seen[marker] += 1
    return firsts


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
