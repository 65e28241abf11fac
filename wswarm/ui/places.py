"""Where the reports of a folder are: no name leads out of it."""

from pathlib import Path

from wswarm.report.store import INDEX_FILE
from wswarm.ui.shelf import MAIN, is_shown


def place_of(root: Path, name: str) -> Path | None:
    """Return the folder of that name below the root, `None` if there is none that may be shown.

    Args:
        root: Resolved.
        name: As an address has it; `latest` and other links are followed as far as they stay inside.
    """
    try:
        place = (root / name.strip("/")).resolve()
        inside = place.relative_to(root)
        is_there = place.is_dir()
    except (ValueError, OSError, RuntimeError):  # outside; a zero in it; too long; a loop of links
        return None
    if not is_there or not inside.parts or not all(map(is_shown, inside.parts)):
        return None
    return place


def name_of(root: Path, place: Path) -> str:
    """Return what a folder below the root is called."""
    return place.relative_to(root).as_posix()


def is_report(place: Path) -> bool:
    """Return whether the folder holds a report, or runs of a suite."""
    return any((place / file).is_file() for file in (*MAIN, INDEX_FILE))


def is_one_report(place: Path) -> bool:
    """Return whether the folder is a report itself, not one that holds reports."""
    return any((place / file).is_file() for file in MAIN)
