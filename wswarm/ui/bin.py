"""Deleted reports: moved into a hidden folder beside the others, each in one of its own, and back."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from wswarm.errors import PlanError, ResultError
from wswarm.ui.places import name_of
from wswarm.ui.shelf import is_shown

BIN = ".bin"
_PLACE = re.compile(r"\d{8}T\d{6}Z(-\d+)?")


class Deleted(NamedTuple):
    """A report in the bin.

    Attributes:
        place: Of the bin. `name`: as it was called, and will be again.
    """

    place: str
    name: str

    @property
    def deleted_at(self) -> str:
        """ISO 8601, UTC."""
        day, _, time = self.place.partition("T")
        return f"{day[:4]}-{day[4:6]}-{day[6:8]}T{time[:2]}:{time[2:4]}:{time[4:6]}Z"


def delete(root: Path, place: Path) -> Deleted:
    """Move the report in the folder into the bin.

    Raises:
        ResultError: it can't be moved.
    """
    name = name_of(root, place)
    try:
        (root / BIN).mkdir(exist_ok=True)
        box = _new_box(root / BIN)
        target = box / name
        target.parent.mkdir(parents=True, exist_ok=True)
        place.rename(target)
    except OSError as error:
        raise ResultError(f"{name} can't be deleted: {error.strerror or error}") from None
    return Deleted(box.name, name)


def deleted(root: Path) -> list[Deleted]:
    """Return what is in the bin, the latest first."""
    try:
        boxes = [box for box in (root / BIN).iterdir() if _PLACE.fullmatch(box.name) and box.is_dir()]
    except OSError:
        return []
    found = [Deleted(box.name, name) for box in boxes if (name := _name_in(box)) is not None]
    return sorted(found, reverse=True)


def put_back(root: Path, box: str) -> str:
    """Move a report out of the bin to where it was; return its name.

    Raises:
        PlanError: there is no such thing in the bin, or another report has its name. ResultError: it can't be moved.
    """
    one = next((one for one in deleted(root) if one.place == box), None)
    if one is None:
        raise PlanError(f"{box!r} is not in the bin: look which reports are")
    source, target = root / BIN / box / one.name, root / one.name
    if target.exists() or target.is_symlink():
        raise PlanError(f"{one.name} is there again: move that one away first")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
        for empty in (*source.parents,):
            if empty == root / BIN:
                break
            empty.rmdir()
    except OSError as error:
        raise ResultError(f"{one.name} can't be put back: {error.strerror or error}") from None
    return one.name


def _new_box(folder: Path) -> Path:
    stem, number = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}", 1
    while True:
        box = folder / (stem if number == 1 else f"{stem}-{number}")
        try:
            box.mkdir()
        except FileExistsError:
            number += 1
        else:
            return box


def _name_in(box: Path) -> str | None:
    """Return what the report in a box was called: the way down to where there is more than one folder alone."""
    place = box
    parts: list[str] = []
    while True:
        entries = list(place.iterdir())
        if len(entries) != 1 or not entries[0].is_dir() or entries[0].is_symlink():
            return "/".join(parts) or None
        place = entries[0]
        if not is_shown(place.name):
            return None
        parts.append(place.name)
