import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wswarm.report import format as show

pytestmark = pytest.mark.xdist_group("drawn text")  # whose tables take hypothesis seconds in each process

FACTORS = {"µs": 1e-6, "ms": 1e-3, "s": 1.0}
SIZES = {"B": 1.0, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (math.nan, "–"),
        (0.0, "0 µs"),
        (1e-9, "< 0.01 µs"),
        (312e-6, "312 µs"),
        (999.4e-6, "999 µs"),
        (999.6e-6, "1.00 ms"),
        (4.213e-3, "4.21 ms"),
        (99.96e-3, "100 ms"),
        (1.2, "1.20 s"),
        (3600.0, "3,600 s"),
        (-0.0021, "-2.10 ms"),
    ],
)
def test_a_time_has_three_digits_in_the_unit_that_suits_it(value, shown):
    assert show.seconds(value) == shown


@given(st.floats(1e-6, 3600))
def test_a_shown_time_is_within_half_a_percent_of_the_value(value):
    amount, unit = show.seconds(value).split()
    assert float(amount.replace(",", "")) * FACTORS[unit] == pytest.approx(value, rel=5.1e-3)


@given(st.floats(1e-6, 900))
def test_a_shown_time_fits_seven_columns(value):
    assert len(show.seconds(value)) <= 7


@given(st.floats(0, 3600), st.floats(0, 3600))
def test_a_longer_time_never_looks_shorter(one, other):
    def read(value):
        amount, unit = show.seconds(value).replace("< 0.01", "0.005").split()
        return float(amount.replace(",", "")) * FACTORS[unit]

    low, high = sorted((one, other))
    assert read(low) <= read(high) * (1 + 1e-12)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0, "0 B"), (999, "999 B"), (14_200, "14.2 KB"), (999_900, "1.00 MB"), (5.2e10, "52.0 GB")],
)
def test_a_size_is_decimal(value, shown):
    assert show.size(value) == shown


@given(st.integers(1, 10**14))
def test_a_shown_size_is_within_half_a_percent_of_the_value(value):
    amount, unit = show.size(value).split()
    assert float(amount.replace(",", "")) * SIZES[unit] == pytest.approx(value, rel=5.1e-3)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (10_000.0, "10,000/s"), (0.5, "0.5/s"), (9_998.53, "9,999/s"), (1 / 3, "0.3333/s")],
)
def test_a_rate_is_per_second(value, shown):
    assert show.rate(value) == shown


def test_a_percentile_that_the_sample_cannot_support_says_so():
    assert show.percentile(None) == "n too small"
    assert show.percentile(0.001) == "1.00 ms"


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_share_is_all_or_nothing_only_when_exactly_so(part, whole):
    part = min(part, whole)
    assert (show.share(part, whole) == "100 %") == (part == whole)
    assert (show.share(part, whole) == "0 %") == (part == 0)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 0, "–"),
        (998, 1000, "99.80 %"),
        (999_999, 1_000_000, "> 99.99 %"),
        (1, 10**6, "< 0.01 %"),
        (3, 2, "150.00 %"),
    ],
)
def test_a_share_is_in_percent(part, whole, shown):
    assert show.share(part, whole) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (0.25, "250 ms"),
        (0, "0 s"),
        (10, "10 s"),
        (90, "1 min 30 s"),
        (7200, "2 h"),
        (3601, "1 h 1 s"),
    ],
)
def test_a_duration_reads_like_an_option(value, shown):
    assert show.duration(value) == shown


@given(st.text())
def test_printable_text_can_not_drive_a_terminal(text):
    assert show.printable(text).isprintable()


def test_printable_text_keeps_words_in_any_script():
    assert show.printable("wss://例え.example/é?x=1 &y=2") == "wss://例え.example/é?x=1 &y=2"
    assert show.printable("a\x1b[31m\nb\u202e") == "a\\x1b[31m\\nb\\u202e"


@given(st.text(), st.integers(2, 50))
def test_shortened_text_keeps_both_ends_and_fits(text, width):
    short = show.shortened(text, width)
    assert len(short) <= width
    assert short == text or (short[0] == text[0] and "…" in short)


def test_nouns_agree_with_their_number():
    assert [show.plural(1, "process"), show.plural(2, "process")] == ["1 process", "2 processes"]
    assert show.plural(1000, "connection") == "1,000 connections"
