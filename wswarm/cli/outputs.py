"""What the options of `outputs_arguments` ask for: checked before a measurement, written after it."""

import argparse
from collections.abc import Callable
from pathlib import Path

from wswarm.errors import PlanError, ResultError

_FILES = ("markdown", "junit", "smaller_is_better", "bencher", "history", "events", "samples")


def take_all(*steps: Callable[[], None]) -> None:
    """Take every step, also after one that failed: what can't be stored can still be shown, and the reverse.

    Raises:
        ResultError: what the steps that failed say.
    """
    errors = []
    for step in steps:
        try:
            step()
        except ResultError as error:
            errors.append(str(error))
    if errors:
        raise ResultError("; ".join(dict.fromkeys(errors)))


def check_outputs(parsed: argparse.Namespace) -> None:
    """Check that every file asked for has a folder to be in: better before a measurement than after it.

    Raises:
        PlanError: one has not.
    """
    for name in _FILES:
        path: Path | None = getattr(parsed, name, None)
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            why = "it is a folder" if path.is_dir() else f"there is no folder {path.parent}"
            raise PlanError(f"--{name.replace('_', '-')} {path} can't be written: {why}")


def files_named(parsed: argparse.Namespace) -> list[Path]:
    """Return the files that the options name."""
    return [path for name in _FILES if (path := getattr(parsed, name, None)) is not None]


def is_any_wanted(parsed: argparse.Namespace) -> bool:
    """Return whether anything is asked for."""
    return bool(parsed.github or files_named(parsed))
