"""Runs that were made one after another and lie in one folder."""

from pathlib import Path

from wswarm.report.store import INDEX_FILE
from wswarm.ui.places import name_of


def is_suite(place: Path) -> bool:
    """Return whether the folder holds the runs of a suite."""
    return (place / INDEX_FILE).is_file()


def suite_of(root: Path, place: Path) -> str | None:
    """Return the name of the suite that the run in a folder is part of, `None` if it is of none."""
    above = place.parent
    return name_of(root, above) if above != root and is_suite(above) else None
