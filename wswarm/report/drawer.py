"""A process that draws: it loads what draws, waits to be told that the run files are there, and makes the pages.

Its words: `png` or `svg`; `alone` or `beside`, a measurement that is; the report, as a folder or run file; the names
of those runs in it whose pictures have just been drawn. Standard input says when to begin; if it ends without a word,
so does the process. Why a picture is missing is on standard error, in a line.
"""

import gc
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from wswarm.errors import ResultError
from wswarm.report import store
from wswarm.report.drawing import settings_folder

BEGIN = b"begin\n"
_END_WITH_PARENT = 1  # of prctl(2): PR_SET_PDEATHSIG
_SPARE_NICENESS = 19


def main(words: Sequence[str]) -> int:
    """Draw the report that the words name, and return the exit code."""
    gc.disable()  # it does not live long enough to gather garbage
    signal.signal(signal.SIGTERM, _end)
    form, company, name, *drawn = words
    if company == "beside":
        _take_what_is_to_spare()
    path = Path(name)
    try:
        with settings_folder(store.folder_of(path)):
            _load()
            if os.read(0, len(BEGIN)) != BEGIN:
                return 0
            svg, in_two = form == "svg", company == "alone"
            failure = store.draw(path, plots=True, svg=svg, drawn=drawn, in_two=in_two)
    except ResultError as error:
        failure = error
    if failure is None:
        return 0
    os.write(2, f"{str(failure) or type(failure).__name__}\n".encode(errors="replace"))
    return ResultError.exit_code


def _load() -> None:
    """Import what takes long, beside whatever is still to be shown and stored."""
    with suppress(Exception):  # drawing tells
        import matplotlib.artist

        # A sixth of its loading: it writes the manual of each of its classes, which nobody here reads.
        matplotlib.artist.kwdoc = lambda artist: ""  # noqa: ARG005 - the name is its interface
        import wswarm.report.html
        import wswarm.report.plots  # noqa: F401


def _take_what_is_to_spare() -> None:
    """Run on cores that nobody wants, and end with the process that started this one, also while stopped by it."""
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    elif hasattr(os, "nice"):
        os.nice(_SPARE_NICENESS)
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_END_WITH_PARENT, signal.SIGKILL)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """End as after an error, so that nothing passing stays behind."""
    sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
