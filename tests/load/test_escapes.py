"""Bytes written as text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wswarm.errors import PlanError
from wswarm.load.escapes import escape_in, escaped, unescaped

pytestmark = pytest.mark.xdist_group("drawn text")  # whose tables take hypothesis seconds in each process

LAW = settings(max_examples=200, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (r"\0\n\r\t\\", b"\0\n\r\t\\"),
        (r"\x1e\xFF\x00", b"\x1e\xff\0"),
        (r"\u20ac\u0000", "\u20ac\0".encode()),
        (r"\ud83d\ude00", "\U0001f600".encode()),
        ("caf\u00e9 {marker}", "caf\u00e9 {marker}".encode()),
        (r"\\n \01", b"\\n \x001"),
        ("\udcff", b"\xff"),
        ("", b""),
    ],
)
def test_an_escape_stands_for_its_bytes(text: str, meant: bytes) -> None:
    assert unescaped(text, "--text") == meant


@pytest.mark.parametrize(
    ("text", "at"),
    [
        (r"\q", 1),
        (r"ab\x1g", 3),
        ("a\\", 2),
        (r"\u12", 1),
        (r"\n\ud83d", 3),
        (r"\ude00\ud83d", 1),
        (r"\N", 1),
    ],
)
def test_an_escape_that_is_none_is_refused_with_its_place(text: str, at: int) -> None:
    with pytest.raises(PlanError, match=rf"--text .* at character {at}: .* write .*\\xNN"):
        unescaped(text, "--text")


@LAW
@given(st.binary(max_size=60))
def test_any_bytes_come_back_from_their_text(data: bytes) -> None:
    text = escaped(data)
    assert unescaped(text, "--text") == data
    assert text.encode().decode() == text


@LAW
@given(st.text(st.characters(codec="utf-8", exclude_characters="\\", exclude_categories=["Cc"]), max_size=60))
def test_readable_text_stays_as_it_is(text: str) -> None:
    assert escaped(text.encode()) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r"{marker}\0", r"\0"),
        (r'{"protocol":"json","version":1}\x1e', r"\x1e"),
        (r"CONNECT\naccept-version:1.2", r"\n"),
        (r"{marker}\u0000", r"\u0000"),
        (r'{"said":"a\nb {marker}","from":{id}}', None),
        (r"{marker}\q \\n", None),
        ("{marker}", None),
    ],
)
def test_an_escape_that_is_taken_literally_is_known_unless_it_is_jsons(text: str, found: str | None) -> None:
    assert escape_in(text) == found
