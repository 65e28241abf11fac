"""What people write, as numbers."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wswarm.errors import PlanError
from wswarm.units import parse_count, parse_duration, parse_rate, parse_size

LAW = settings(max_examples=100, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("2.5", 2.5),
        ("250ms", 0.25),
        ("10s", 10),
        ("1m30s", 90),
        ("1.5h", 5400),
        ("1h1m1s", 3661),
        ("500us", 500e-6),
        ("500\u00b5s", 500e-6),
        ("500\u03bcs", 500e-6),
    ],
)
def test_a_duration_is_read_in_seconds(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "count"),
    [("0", 0), ("1000", 1000), ("10k", 10_000), ("10K", 10_000), ("1m", 1_000_000), ("2g", 2_000_000_000)],
)
def test_a_count_is_read_as_a_whole_number(text: str, count: int) -> None:
    assert parse_count(text) == count


@pytest.mark.parametrize(("text", "count"), [("1.5k", 1500), ("1.001k", 1001), ("2.01k", 2010)])
def test_a_count_in_thousands_is_exact_although_its_decimals_are_not_binary(text: str, count: int) -> None:
    assert parse_count(text) == count


@pytest.mark.parametrize(
    ("text", "per_second"),
    [("500", 500), ("500/s", 500), ("2k/s", 2000), ("30/m", 0.5), ("7200/h", 2), ("1M/S", 1e6), ("0.5", 0.5)],
)
def test_a_rate_is_read_per_second(text: str, per_second: float) -> None:
    assert parse_rate(text) == per_second


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512", 512),
        ("512b", 512),
        ("16k", 16_000),
        ("16kB", 16_000),
        ("64KiB", 65_536),
        ("1m", 1_000_000),
        ("1mb", 1_000_000),
        ("1.5MiB", 1_572_864),
        ("1.001k", 1001),
    ],
)
def test_a_size_is_read_in_bytes(text: str, size: int) -> None:
    assert parse_size(text) == size


NOT_NUMBERS = [
    "",
    " ",
    "-1",
    "+1",
    "1e3",
    ".5",
    "5.",
    "1,000",
    "0x10",
    "inf",
    "nan",
    "1 0",
    "1\n",
    "\u0661\u0660",
]


@pytest.mark.parametrize("parse", [parse_duration, parse_count, parse_rate, parse_size])
@pytest.mark.parametrize("text", [*NOT_NUMBERS, "9" * 400])
def test_what_is_no_number_is_refused_by_name(parse: Callable[[str], float], text: str) -> None:
    with pytest.raises(PlanError) as refusal:
        parse(text)
    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize(
    ("parse", "text", "mend"),
    [
        (parse_duration, "10 s", "write 250ms, 10s or 1m30s"),
        (parse_duration, "10S", "write 250ms, 10s or 1m30s"),
        (parse_duration, "1m30", "write 250ms, 10s or 1m30s"),
        (parse_duration, "3d", "write 250ms, 10s or 1m30s"),
        (parse_count, "1.5", "write 1000, 10k or 1m"),
        (parse_count, "1.0001k", "write 1000, 10k or 1m"),
        (parse_count, "10x", "write 1000, 10k or 1m"),
        (parse_rate, "5/d", "write 500/s, 2k/s or 30/m"),
        (parse_rate, "5/\u017f", "write 500/s, 2k/s or 30/m"),
        (parse_rate, "5 /s", "write 500/s, 2k/s or 30/m"),
        (parse_rate, "1g", "write 500/s, 2k/s or 30/m"),
        (parse_size, "1.5", "write 512, 16k or 64KiB"),
        (parse_size, "5x", "write 512, 16k or 64KiB"),
        (parse_size, "5tb", "write 512, 16k or 64KiB"),
    ],
)
def test_a_wrong_unit_is_refused_with_examples(parse: Callable[[str], float], text: str, mend: str) -> None:
    with pytest.raises(PlanError) as refusal:
        parse(text)
    assert repr(text) in str(refusal.value)
    assert mend in str(refusal.value)


@LAW
@given(st.integers(0, 10**18 - 1))
def test_every_whole_number_below_a_quintillion_is_its_own_count(number: int) -> None:
    assert parse_count(str(number)) == number


@LAW
@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999))
def test_the_parts_of_a_duration_add_up(hours: int, minutes: int, seconds: int, millis: int) -> None:
    read = parse_duration(f"{hours}h{minutes}m{seconds}s{millis}ms")
    assert read == pytest.approx(hours * 3600 + minutes * 60 + seconds + millis / 1000)
