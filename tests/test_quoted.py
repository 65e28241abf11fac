"""Text of others as it may be stored and shown."""

from wswarm.results.quoted import LIMIT, quoted


def test_control_characters_and_bad_bytes_are_escaped() -> None:
    assert quoted(b"a\x00\x1b[31m\n\xff\xc3\xa4") == "a\\x00\\x1b[31m\\n\\xffä"


def test_a_quotation_is_at_most_two_hundred_characters_and_says_that_it_was_cut() -> None:
    assert quoted("x" * LIMIT) == "x" * LIMIT
    assert quoted(b"x" * 1_000_000) == "x" * (LIMIT - 1) + "…"
    assert len(quoted(b"\x00" * LIMIT)) == LIMIT
