"""The encoding of histograms: what HdrHistogram's library reads and writes, and nothing that does harm."""

import base64
import struct
import zlib

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.made import histogram
from wswarm.stats.histogram import DIGITS, HIGHEST_NS, LOWEST_NS, SLOTS, Histogram

LAW = settings(max_examples=30, deadline=None, derandomize=True)
COUNTS = st.dictionaries(st.integers(0, SLOTS - 1), st.integers(1, 1 << 55), max_size=40)


def holding(counts: dict[int, int]) -> Histogram:
    made = Histogram()
    for slot, count in counts.items():
        made.counts[slot] = count
    return made


def by_library(counts: dict[int, int]) -> str:
    """What the library encodes."""
    made = HdrHistogram(LOWEST_NS, HIGHEST_NS, DIGITS)
    for slot, count in counts.items():
        made.counts[slot] = count
    made.total_count = sum(counts.values())
    made.max_value = made.get_value_from_index(max(counts, default=0))
    encoded = made.encode()
    return encoded.decode() if isinstance(encoded, bytes) else encoded


def packed(numbers: bytes, *, size: int | None = None, highest: int = HIGHEST_NS) -> str:
    """An encoding of those numbers."""
    length = len(numbers) if size is None else size
    head = struct.pack(">iIiiqqd", 0x1C849313, length, 0, DIGITS, LOWEST_NS, highest, 1.0)
    compressed = zlib.compress(head + numbers)
    return base64.b64encode(struct.pack(">iI", 0x1C849314, len(compressed)) + compressed).decode()


@LAW
@given(COUNTS)
def test_the_library_reads_every_count(counts: dict[int, int]) -> None:
    read = HdrHistogram.decode(holding(counts).encode())
    assert {slot: int(count) for slot, count in enumerate(read.counts) if count} == counts


@LAW
@given(COUNTS)
def test_what_the_library_writes_is_read(counts: dict[int, int]) -> None:
    assert np.array_equal(Histogram.decode(by_library(counts)).counts, holding(counts).counts)


def test_a_count_of_nine_bytes_is_read_and_written() -> None:
    counts = {7: (1 << 61) + 5}
    assert np.array_equal(Histogram.decode(holding(counts).encode()).counts, holding(counts).counts)


@pytest.mark.parametrize("text", ["", "garbage", "HISTFAAAAA==", "\u20ac", by_library({5: 1})[:-8]])
def test_what_is_no_encoding_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="HdrHistogram"):
        Histogram.decode(text)


REFUSED = [
    (packed(b"\x01" * 30_000 + b"\x02"), "of more than"),  # -1: an empty one
    (packed(b"\xfd\xff\xff\xff\x0f\x02"), "of more than"),
    (packed(b"\x02\x80"), "number is cut"),
    (packed(b"\x02", size=7), "of version 2"),
    (packed(b"\x02", highest=HIGHEST_NS // 2), "not our"),
    (packed(b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff" * 3), "than can be counted"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_an_encoding_that_can_t_be_ours_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=f"HdrHistogram.*{words}"):
        Histogram.decode(text)


def test_a_little_text_can_t_unpack_to_much() -> None:
    text = packed(bytes(3_000_000))
    assert len(text) < 5_000
    with pytest.raises(ValueError, match="more slots than ours"):
        Histogram.decode(text)


def test_the_sum_of_very_many_values_is_not_wrapped_around() -> None:
    many = histogram([3_000_000_000])
    many.counts *= 1 << 40
    assert Histogram.decode(many.encode()).total_ns == pytest.approx(3e9 * 2**40, rel=1e-3)
