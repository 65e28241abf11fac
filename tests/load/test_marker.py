"""The mark that a message carries through any server."""

import html
import json
import urllib.parse
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wswarm.load.marker import MARK_SIZE, MARKER_SIZE, PREFIX_SIZE, prefix_for
from wswarm.load.marks import read_marks, write_marks

LAW = settings(max_examples=100, deadline=None, derandomize=True)
Row = tuple[int, int, int]
ROWS = st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**63 - 1))
SAMPLE = (3, 1234, 98_765_432_109_876)


def write(rows: list[Row]) -> list[bytes]:
    """Return the marks of rows of publisher, sequence and intended time."""
    publisher, sequence, intended_ns = np.array(rows, np.int64).reshape(-1, 3).T
    return write_marks(publisher, sequence, intended_ns)


def read(digits: bytes) -> list[Row]:
    """Return the rows that marks hold."""
    marks, _ = read_marks(digits)
    return [(int(p), int(s), int(i)) for p, s, i in zip(*marks, strict=True)]


@LAW
@given(st.lists(ROWS, max_size=40))
def test_marks_are_read_as_they_were_written(rows: list[Row]) -> None:
    assert read(b"".join(write(rows))) == rows


@LAW
@given(st.lists(ROWS, min_size=1, max_size=5))
def test_every_mark_has_the_same_length(rows: list[Row]) -> None:
    assert {len(mark) for mark in write(rows)} == {MARK_SIZE}


def test_sound_marks_need_no_mask() -> None:
    assert read_marks(b"".join(write([SAMPLE, SAMPLE])))[1] is None


def test_no_marks_are_sound_too() -> None:
    marks, sound = read_marks(b"")
    assert sound is None
    assert [len(column) for column in marks] == [0, 0, 0]


@pytest.mark.parametrize("nonce", [0, 1, 0xFFFFFFFF, 1 << 40, -1])
def test_the_prefix_always_has_the_same_length(nonce: int) -> None:
    assert len(prefix_for(nonce)) == PREFIX_SIZE


def test_two_runs_have_different_prefixes() -> None:
    assert prefix_for(1) != prefix_for(2)


def test_a_marker_is_prefix_and_mark() -> None:
    assert len(prefix_for(1) + write([SAMPLE])[0]) == MARKER_SIZE


@pytest.mark.parametrize(
    "wrap",
    [
        lambda text: json.dumps({"text": f'"{text}" & <b>'}),
        lambda text: json.dumps([text], ensure_ascii=True),
        lambda text: html.escape(f"<p>{text}</p>"),
        lambda text: f"Client #5 says: {text}",
        lambda text: urllib.parse.quote(f"\u00fc {text}"),
        lambda text: f"\u20ac{text}\u00e9",
    ],
    ids=["json", "json list", "html", "chat", "url", "other characters"],
)
def test_a_marker_survives_embedding(wrap: Callable[[str], str]) -> None:
    prefix = prefix_for(0xC0FFEE)
    marker = prefix + write([SAMPLE])[0]
    payload = wrap(marker.decode("ascii")).encode()
    at = payload.find(prefix) + PREFIX_SIZE
    assert read(payload[at : at + MARK_SIZE]) == [SAMPLE]


DAMAGED = {
    "not hexadecimal": b"g" * 32,
    "one letter off": write([SAMPLE])[0][:-1] + b"z",
    "blanks": b" " * 32,
    "a blank at the end": write([SAMPLE])[0][:-1] + b" ",
    "a blank at the start": b" " + write([SAMPLE])[0][1:],
    "a line break": b"\n" + write([SAMPLE])[0][1:],
    "a NUL": write([SAMPLE])[0][:-1] + b"\0",
    "beyond ASCII": b"\xff" * 32,
    "a sign": b"-" + write([SAMPLE])[0][1:],
    "an underscore": b"1_" + write([SAMPLE])[0][2:],
    "a prefix in hexadecimal": b"0x" + write([SAMPLE])[0][2:],
}


@pytest.mark.parametrize("damaged", DAMAGED.values(), ids=list(DAMAGED))
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_damaged_mark_is_unsound_and_leaves_its_neighbours_alone(damaged: bytes, place: int) -> None:
    rows = [(1, 10, 100), (2, 20, 200), (3, 30, 300)]
    marks = write(rows)
    marks[place] = damaged
    _, sound = read_marks(b"".join(marks))
    assert sound is not None
    assert sound.tolist() == [index != place for index in range(3)]
    expected = [(0, 0, 0) if index == place else row for index, row in enumerate(rows)]
    assert read(b"".join(marks)) == expected


@LAW
@given(st.lists(st.binary(min_size=MARK_SIZE, max_size=MARK_SIZE), max_size=8))
def test_any_bytes_give_one_mark_each(marks: list[bytes]) -> None:
    assert len(read(b"".join(marks))) == len(marks)


def test_capital_digits_are_sound() -> None:
    assert read(write([SAMPLE])[0].upper()) == [SAMPLE]
