"""The message around the mark."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wswarm.errors import PlanError
from wswarm.load.marker import MARK_SIZE, MARKER_SIZE, prefix_for
from wswarm.load.message import check_size, payload_for

pytestmark = pytest.mark.xdist_group("drawn text")  # whose tables take hypothesis seconds in each process

LAW = settings(max_examples=150, deadline=None, derandomize=True)
PREFIX = prefix_for(5)
MARK = b"0" * MARK_SIZE
TEXT = st.text(st.characters(codec="utf-8"), max_size=20).filter(lambda text: "{marker" not in text)


def message(template: str, connection_id: int = 7, size: int | None = None) -> bytes:
    """Return the whole message as a connection sends it."""
    payload = payload_for(template.encode(), {"id": str(connection_id)}, PREFIX, size)
    return MARK.join(payload.parts)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{marker}", PREFIX + MARK),
        ("say {marker}!", b"say " + PREFIX + MARK + b"!"),
        ("{id}:{marker}:{id}", b"7:" + PREFIX + MARK + b":7"),
        ("\u20ac{marker}\u00e9", "\u20ac".encode() + PREFIX + MARK + "\u00e9".encode()),
        ("{} {0} {marker} {{id}}", b"{} {0} " + PREFIX + MARK + b" {7}"),
        ("{marker}{id}{marker}", PREFIX + MARK + b"7" + PREFIX + MARK),
    ],
)
def test_marker_and_number_are_replaced_literally(template: str, expected: bytes) -> None:
    assert message(template) == expected


@LAW
@given(TEXT, TEXT, st.integers(0, 200), st.integers(1, 99_999))
def test_a_padded_message_has_exactly_its_size(before: str, after: str, more: int, number: int) -> None:
    template = f"{before}{{marker}}{after}"
    size = len(message(template, number)) + more
    assert len(message(template, number, size)) == size


@LAW
@given(TEXT, TEXT)
def test_the_least_size_is_that_of_the_message_itself(before: str, after: str) -> None:
    template = f"{before}{{marker}}{after}".replace("{id}", "7")
    least = len(message(template))
    check_size(template.encode(), least)
    with pytest.raises(PlanError, match=f"takes {least} bytes"):
        check_size(template.encode(), least - 1)


def test_without_a_size_nothing_is_padded() -> None:
    assert len(message("{marker}")) == MARKER_SIZE


def test_padding_keeps_json_whole() -> None:
    sent = message('{"id":{id},"text":"{marker}"}', size=200)
    assert len(sent) == 200
    assert json.loads(sent)["text"].startswith((PREFIX + MARK).decode())


def test_the_mark_keeps_its_place_when_the_message_grows() -> None:
    assert message("a{marker}b", size=500).startswith(message("a{marker}"))


def test_a_message_with_several_markers_is_padded_after_the_last() -> None:
    sent = message('{"id":"{marker}","text":"{marker}"}', size=200)
    assert len(sent) == 200
    marker = (PREFIX + MARK).decode()
    assert json.loads(sent) == {"id": marker, "text": marker + "." * (200 - 19 - 2 * MARKER_SIZE)}


def test_the_least_size_counts_every_marker() -> None:
    with pytest.raises(PlanError, match=f"takes {2 * MARKER_SIZE + 1} bytes"):
        check_size(b"{marker}-{marker}", 2 * MARKER_SIZE)
