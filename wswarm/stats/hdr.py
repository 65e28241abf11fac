"""The V2 compressed encoding of HdrHistogram, base64, which its libraries of other languages read, too.

Source: HdrHistogram's `encodeIntoCompressedByteBuffer` and `ZigZagLEB128Codec`: a head of big-endian numbers, then
the counts of all slots up to the last that holds something; a number below 0 stands for so many empty ones.
"""

import base64
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wswarm.errors import ResultError

_PLAIN, _COMPRESSED = 0x1C849313, 0x1C849314
_WORD_SIZE = 0xF0  # of the bits of a cookie those that say nothing here
_ENVELOPE = struct.Struct(">iI")  # cookie, bytes that follow
_HEAD = struct.Struct(">iIiiqqd")  # cookie, bytes that follow, offset, digits, lowest, highest, ratio
_LONGEST = 9  # bytes of a number
_MOST = 1 << 62  # values that are counted: more in one sum would not fit into 64 bits


class Damaged(ResultError, ValueError):  # noqa: N818 - an error of both kinds, as its bases say
    """A text that should be a histogram of ours is none."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: the file that holds it is damaged, or not of wswarm: measure again")


class Layout(NamedTuple):
    """What slots stand for: values from `lowest` to `highest` at so many digits; `slots`: how many these are."""

    slots: int
    digits: int
    lowest: int
    highest: int


def encode(layout: Layout, slots: Iterable[int], counts: Iterable[int]) -> str:
    """Return the encoding of the slots that hold something, ascending, and how much."""
    numbers = bytearray()
    following = 0
    for slot, count in zip(slots, counts, strict=True):
        empty = slot - following
        if empty:
            _write(numbers, 2 * empty - 1 if empty > 1 else 0)
        _write(numbers, 2 * count)
        following = slot + 1
    head = _HEAD.pack(_PLAIN, len(numbers), 0, layout.digits, layout.lowest, layout.highest, 1.0)
    packed = zlib.compress(head + numbers)
    return base64.b64encode(_ENVELOPE.pack(_COMPRESSED, len(packed)) + packed).decode("ascii")


def decode(layout: Layout, text: str) -> list[tuple[int, int]]:
    """Return the slots that hold something, ascending, each with how much.

    Raises:
        Damaged: the text is not such an encoding, or of another layout; no more is unpacked than fits this one.
    """
    try:
        plain = _unpacked(_raw(text), _HEAD.size + _LONGEST * layout.slots)
        cookie, size, _, digits, lowest, highest, _ = _HEAD.unpack_from(plain)
    except (struct.error, zlib.error) as error:
        raise Damaged(f"not an HdrHistogram: {error}") from None
    if cookie & ~_WORD_SIZE != _PLAIN & ~_WORD_SIZE or size != len(plain) - _HEAD.size:
        raise Damaged("not an HdrHistogram of version 2")
    if (digits, lowest, highest) != layout[1:]:
        raise Damaged(f"an HdrHistogram from {lowest} to {highest} at {digits} digits, not our {layout[1:]}")
    found = list(_occupied(plain[_HEAD.size :], layout.slots))
    if sum(count for _, count in found) > _MOST:
        raise Damaged("an HdrHistogram of more values than can be counted")
    return found


def _raw(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Damaged(f"not an HdrHistogram: {error}") from None


def _unpacked(raw: bytes, most: int) -> bytes:
    cookie, size = _ENVELOPE.unpack_from(raw)
    if cookie & ~_WORD_SIZE != _COMPRESSED & ~_WORD_SIZE or size != len(raw) - _ENVELOPE.size:
        raise Damaged("not an HdrHistogram of version 2, compressed")
    unpacking = zlib.decompressobj()
    plain = unpacking.decompress(raw[_ENVELOPE.size :], most)
    if not unpacking.eof:
        raise Damaged("an HdrHistogram that is cut, or has more slots than ours")
    return plain


def _occupied(numbers: bytes, slots: int) -> Iterator[tuple[int, int]]:
    slot = 0
    for number in _read(numbers):
        if number & 1:  # -1, -2, …
            slot += (number + 1) // 2
            continue
        if slot >= slots:
            raise Damaged(f"an HdrHistogram of more than {slots} slots")
        if number:
            yield slot, number // 2
        slot += 1


def _write(to: bytearray, number: int) -> None:
    """Append a number: 7 bits a byte, the lowest first, all 8 bits of the ninth."""
    for _ in range(_LONGEST - 1):
        if number < 0x80:
            break
        to.append(number & 0x7F | 0x80)
        number >>= 7
    to.append(number)


def _read(numbers: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in numbers:
        if byte < 0x80 or shift == 7 * (_LONGEST - 1):
            yield number | byte << shift
            number = shift = 0
        else:
            number |= (byte & 0x7F) << shift
            shift += 7
    if shift:
        raise Damaged("an HdrHistogram whose last number is cut")
