"""Labels and notes of a report: a file of lines beside it, appended and never changed.

A line is added in one write, so that two who write at once both keep theirs.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from wswarm.errors import PlanError, ResultError
from wswarm.report.compare.comparisons import append_text
from wswarm.report.folders import REMARKS_FILE

SCHEMA = "wswarm/remark@1"
LONGEST_LABEL, LONGEST_NOTE = 60, 4_000
_MOST_BYTES = 1 << 20
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")


class Remark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line: a label that was given or taken away, or what is to be said of the report from now on."""

    schema: str
    at: str
    label: str | None = None
    without: str | None = None
    note: str | None = None


class Remarks(msgspec.Struct, frozen=True):
    """What people have called a report, in the order in which they did, and what they say of it."""

    labels: tuple[str, ...] = ()
    note: str = ""


def read(folder: Path) -> Remarks:
    """Return the remarks on the report in the folder; lines that are none count for nothing."""
    file = folder / REMARKS_FILE
    try:
        if file.is_symlink() or file.stat().st_size > _MOST_BYTES:
            return Remarks()
        lines = file.read_bytes().splitlines()
    except OSError:
        return Remarks()
    return folded(found for line in lines if (found := _parsed(line)) is not None)


def folded(remarks: Iterable[Remark]) -> Remarks:
    """Return what is left when all of them have been made in turn."""
    labels: dict[str, None] = {}
    note = ""
    for one in remarks:
        if one.label is not None:
            labels[one.label] = None
        if one.without is not None:
            labels.pop(one.without, None)
        note = one.note if one.note is not None else note
    return Remarks(tuple(labels), note)


def add_label(folder: Path, label: str) -> None:
    """Give the report a label.

    Raises:
        PlanError: it is empty or too long. ResultError: it can't be written.
    """
    _append(folder, label=_label(label))


def remove_label(folder: Path, label: str) -> None:
    """Take a label away, if the report has it.

    Raises:
        PlanError: it is none. ResultError: it can't be written.
    """
    _append(folder, without=_label(label))


def set_note(folder: Path, note: str) -> None:
    """Say something of the report instead of what was said before; nothing is a note, too.

    Raises:
        PlanError: it is too long. ResultError: it can't be written.
    """
    text = "\n".join(_CONTROL.sub(" ", line) for line in note.strip().splitlines())
    if len(text) > LONGEST_NOTE:
        raise PlanError(f"a note of {len(text):,} characters is too long: at most {LONGEST_NOTE:,}")
    _append(folder, note=text)


def _label(text: str) -> str:
    label = " ".join(_CONTROL.sub(" ", text).split())
    if not label:
        raise PlanError("label is empty: write a word")
    if len(label) > LONGEST_LABEL:
        raise PlanError(f"label {label[:20]!r}… is too long: at most {LONGEST_LABEL} characters")
    return label


def _append(folder: Path, **changes: str) -> None:
    remark = Remark(schema=SCHEMA, at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", **changes)
    file = folder / REMARKS_FILE
    if file.is_symlink():
        raise ResultError(f"{file} is a link: remove it")
    append_text(file, msgspec.json.encode(remark).decode() + "\n")


def _parsed(line: bytes) -> Remark | None:
    try:
        found = msgspec.json.decode(line, type=Remark)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if found.schema == SCHEMA else None
