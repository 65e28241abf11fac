"""The terminal, signals and folders, as every command uses them."""

import os
import signal
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from wswarm.errors import PlanError, ResultError
from wswarm.exit_codes import INCONCLUSIVE as INCONCLUSIVE
from wswarm.exit_codes import INTERRUPTED as INTERRUPTED
from wswarm.exit_codes import INVALID as INVALID
from wswarm.exit_codes import REGRESSION as REGRESSION
from wswarm.exit_codes import SLO_MISSED as SLO_MISSED
from wswarm.report import folders, store


class Interrupts:
    """Ctrl-C, SIGTERM or SIGHUP: the first asks for an early end, the second aborts."""

    def __init__(self) -> None:
        self._is_asked = self._is_told = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Interrupts":
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is None:
                continue
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def asked(self) -> bool:
        """Return whether an early end was asked for, and say so once: a signal may come in the midst of drawing."""
        if self._is_asked and not self._is_told:
            self._is_told = True
            with suppress(OSError):
                print("\nending early; once more to abort", file=sys.stderr)
        return self._is_asked

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if self._is_asked:
            raise KeyboardInterrupt
        self._is_asked = True


@contextmanager
def report_folder(wanted: Path | None, name: str, besides: Iterable[Path | None] = ()) -> Iterator[Path]:
    """Yield a folder that can be written; folders made for a run that then failed do not stay behind empty.

    Args:
        wanted: What was asked for, empty or with an earlier report; `None`: a new one below `reports`.
        besides: Files that may be in it all the same, as this command writes them.

    Raises:
        PlanError: it can't be written, or holds what is no report.
    """
    made = _missing(wanted or store.DEFAULT_ROOT)
    try:
        if wanted is not None:
            check_own(wanted, [path for path in besides if path is not None])
        folder = wanted or store.new_folder(None, name, datetime.now(UTC))
        store.prepare(folder)
    except ResultError as error:
        raise PlanError(f"-o {wanted}: {error}" if wanted else str(error)) from None
    try:
        yield folder
    except BaseException:
        with suppress(OSError):
            for path in made if wanted else [folder, *made]:
                path.rmdir()
        raise


def check_own(folder: Path, besides: Collection[Path] = ()) -> None:
    """Check that the folder holds nothing but an earlier report of ours, if anything.

    Args:
        besides: Files that may be in it all the same.

    Raises:
        PlanError: it does.
    """
    found = folders.stranger(folder, besides)
    if found is not None:
        raise PlanError(
            f"-o {folder} holds {found!r}, which is no report of wswarm's: choose an empty or a new folder, such as"
            f" -o {folder / 'wswarm'}"
        )


def _missing(folder: Path) -> list[Path]:
    """Return the folder and those above it, as far as they are not there, innermost first."""
    try:
        return [path for path in (folder, *folder.parents) if not path.exists()]
    except OSError:  # a name too long, a loop of links: `prepare` says so
        return []


def warn(command: str, lines: Iterable[str]) -> None:
    """Print to stderr, before a measurement, what will come of it as planned: each line once."""
    for line in dict.fromkeys(lines):
        with suppress(OSError):
            print(f"wswarm {command}: {line}", file=sys.stderr, flush=True)


def say(shown: str, end: str = "\n") -> None:
    """Print to stdout; a reader that has seen enough (`| head -1`) is no failure, a full disk is."""
    try:
        print(shown, end=end, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python complains once more on exit
        if not isinstance(error, BrokenPipeError):
            raise ResultError(f"stdout can't be written: {error.strerror}; free space there") from None
