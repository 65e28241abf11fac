"""Labels and notes: a file of lines beside the report."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wswarm.errors import PlanError, ResultError
from wswarm.report.folders import REMARKS_FILE, stranger
from wswarm.ui import remarks
from wswarm.ui.remarks import SCHEMA, Remark, Remarks, folded

LABELS = st.sampled_from("abc")


@given(st.lists(st.tuples(st.booleans(), LABELS)))
def test_a_report_has_the_labels_that_were_given_last_and_not_taken_away(
    said: list[tuple[bool, str]],
) -> None:
    changes = [
        Remark(schema=SCHEMA, at="", label=name if given else None, without=None if given else name)
        for given, name in said
    ]
    last = {name: given for given, name in said}
    assert set(folded(changes).labels) == {name for name, given in last.items() if given}


def test_labels_and_note_are_read_as_they_were_written(tmp_path: Path) -> None:
    for label in ("before the fix", "ü <b>"):
        remarks.add_label(tmp_path, f"  {label} ")
    remarks.set_note(tmp_path, "two\nlines")
    remarks.remove_label(tmp_path, "ü <b>")
    assert remarks.read(tmp_path) == Remarks(("before the fix",), "two\nlines")


@pytest.mark.parametrize("label", ["", "  ", "x" * 61, "\x00\u202e"])
def test_a_label_that_is_none_is_refused(label: str, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="label"):
        remarks.add_label(tmp_path, label)


def test_two_who_write_at_once_both_keep_their_labels(tmp_path: Path) -> None:
    def write(who: str) -> None:
        for number in range(40):
            remarks.add_label(tmp_path, f"{who}{number}")

    writers = [threading.Thread(target=write, args=(who,)) for who in "ab"]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert set(remarks.read(tmp_path).labels) == {f"{who}{number}" for who in "ab" for number in range(40)}


def test_a_line_that_is_damaged_costs_the_others_nothing(tmp_path: Path) -> None:
    remarks.add_label(tmp_path, "one")
    with (tmp_path / REMARKS_FILE).open("ab") as file:
        file.write(b'{"schema": "wswarm/remark@1", "lab')
    remarks.add_label(tmp_path, "two")
    assert remarks.read(tmp_path).labels == ("one", "two")


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / REMARKS_FILE).symlink_to(other)
    with pytest.raises(ResultError, match="link"):
        remarks.add_label(tmp_path, "one")
    assert other.read_text() == "mine"


def test_a_report_with_remarks_is_still_a_report_of_ours(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"schema": "wswarm/run@1"}')
    remarks.add_label(tmp_path, "one")
    assert stranger(tmp_path) is None
