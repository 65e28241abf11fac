"""The terminal and its signals, as every command uses them."""

import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, Any

from wswarm.errors import ResultError
from wswarm.exit_codes import INCONCLUSIVE as INCONCLUSIVE
from wswarm.exit_codes import INTERRUPTED as INTERRUPTED
from wswarm.exit_codes import INVALID as INVALID
from wswarm.exit_codes import REGRESSION as REGRESSION
from wswarm.exit_codes import SLO_MISSED as SLO_MISSED

LEAST_WIDTH = 60

if TYPE_CHECKING:
    from wswarm.results.progress import Traced


class Interrupts:
    """Ctrl-C, SIGTERM or SIGHUP: the first asks for an early end, the second aborts."""

    def __init__(self) -> None:
        self._is_asked = self._is_told = self._has_abort_only = False
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

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Have the first abort meanwhile: nothing is measured that could end early."""
        self._has_abort_only = True
        try:
            yield
        finally:
            self._has_abort_only = False

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if self._is_asked or self._has_abort_only:
            raise KeyboardInterrupt
        self._is_asked = True


def warn(command: str, lines: Iterable[str]) -> None:
    """Print to stderr, before a measurement, what will come of it as planned: each line once."""
    for line in dict.fromkeys(lines):
        with suppress(OSError):
            print(f"wswarm {command}: {line}", file=sys.stderr, flush=True)


def show_traced(told: "Traced") -> None:
    """Print to stderr what a connection said or heard."""
    with suppress(OSError):
        print(
            f"#{told.connection} {told.after_s:+.3f} s {told.kind} {told.words}", file=sys.stderr, flush=True
        )


def width(most: int = 100) -> int:
    """Return how many columns a report may have: as many as there are, from 60 on."""
    import shutil  # takes longer than help and version

    return min(most, max(LEAST_WIDTH, shutil.get_terminal_size((most, 24)).columns))


def show(report: str, end: str = "\n") -> None:
    """Print a report to stdout, with colours where they belong."""
    from wswarm.cli.colours import are_wanted, coloured

    say(coloured(report) if are_wanted(sys.stdout) else report, end=end)


def say(shown: str, end: str = "\n") -> None:
    """Print to stdout; a reader that has seen enough (`| head -1`) is no failure, a full disk is."""
    try:
        print(shown, end=end, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python complains once more on exit
        if not isinstance(error, BrokenPipeError):
            raise ResultError(f"stdout can't be written: {error.strerror}; free space there") from None
