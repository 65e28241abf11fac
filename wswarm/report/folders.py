"""Folders that reports are written to: made, tried, linked to, and what may be in one already."""

import os
import re
import tempfile
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from wswarm.errors import ResultError

DEFAULT_ROOT = Path("reports")
REMARKS_FILE = "remarks.jsonl"  # labels and notes of a report

# Each of these makes a folder a report of ours; the others are beside them.
_MAIN = (
    *("run.json", "index.json", "ab.json", "compare.json", "capacity.json", "decisions.jsonl"),
    *("model.json", "forecast.json", "checkpoints.bin"),
)
_BESIDE = re.compile(
    r"(summary\.txt|remarks\.jsonl|report\.html|compare\.html|decision-\d+\.json|[\w-]+\.(png|svg)|\..+\.partial|\.git(ignore|keep))"
)


def stranger(folder: Path, besides: Collection[Path] = ()) -> str | None:
    """Return the name of something in the folder that no report of ours has, `None` if there is no such thing.

    A folder that is not there, or can't be read, has none.

    Args:
        besides: Files that may be there.
    """
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return None
    known = {path.resolve() for path in besides}
    entries = [entry for entry in entries if entry.resolve() not in known]
    is_report = any(entry.name in _MAIN and _is_ours(entry) for entry in entries)
    for entry in entries:
        if entry.name in (".gitignore", ".gitkeep"):
            continue
        if not is_report or not _belongs(entry):
            return entry.name
    return None


def _belongs(entry: Path) -> bool:
    """Return whether something beside the main file of a report is part of it, such as a run of a suite."""
    if entry.is_dir():
        return not entry.is_symlink() and stranger(entry) is None
    return entry.name in _MAIN or _BESIDE.fullmatch(entry.name) is not None


def _is_ours(file: Path) -> bool:
    """Return whether the file begins as those that we write."""
    try:
        with file.open("rb") as opened:
            return file.name == "decisions.jsonl" or b'"wswarm/' in opened.read(200)
    except OSError:
        return False


def new_folder(root: Path | None, name: str, now: datetime) -> Path:
    """Create and return `<root>/<UTC time>-<name>`, numbered if that second already has one.

    Args:
        root: Where reports go; `None` means `reports/` here.
        name: The scenario, or `run` for a suite.
        now: With its time zone.

    Raises:
        ResultError: the folder can't be created.
    """
    root = DEFAULT_ROOT if root is None else root
    stem = f"{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}-{name}"
    number = 1
    while True:
        folder = root / (stem if number == 1 else f"{stem}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            if not root.is_dir():  # a link to nowhere
                raise unwritable(folder, f"{root} is not a folder") from None
            number += 1
        except OSError as error:
            raise unwritable(folder, error.strerror or str(error)) from error
        else:
            return folder


def prepare(folder: Path) -> None:
    """Create the folder if need be and make sure that files can be written in it.

    Raises:
        ResultError: they can't; a run should not be made whose result would be lost.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"wswarm")
    except OSError as error:
        raise unwritable(folder, error.strerror or str(error)) from error


def link_latest(folder: Path) -> None:
    """Let `latest` beside the folder point to it; nothing happens where links or writing are not allowed."""
    folder = folder.resolve()  # it may have been found by that link
    link = folder.parent / "latest"
    if link.exists() and not link.is_symlink():
        return
    fresh = folder.parent / f".latest-{os.getpid()}"
    try:
        fresh.symlink_to(folder.name, target_is_directory=True)
        fresh.replace(link)
    except (OSError, NotImplementedError):
        fresh.unlink(missing_ok=True)


def unwritable(folder: Path, why: str) -> ResultError:
    """Return the error that the folder can't be written."""
    return ResultError(f"no report can be written to {folder}: {why}; choose another place with -o DIR")
