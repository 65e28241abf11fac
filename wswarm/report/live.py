"""Progress while a run goes on: a few lines that renew themselves on a terminal, else a line now and then."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO, TypeVar

from wswarm.report import format as show
from wswarm.report.standing import line
from wswarm.results.progress import Progress

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live as Screen

    from wswarm.report.sparkline import Course

Item = TypeVar("Item")

REFRESH_S = 0.25
LINE_S = 5.0


class Moment(Protocol):
    """How something stands."""

    @property
    def elapsed_s(self) -> float:
        """How long it has gone on."""
        ...

    @property
    def doing(self) -> str:
        """What goes on, in a word or two."""
        ...


class Live:
    """Shows progress on `stream`, never on stdout, which belongs to the result.

    Args:
        title: What is going on, in a line.
        total_s: How long it will take from the first connect, s; `None` when nobody knows.
        stream: By default standard error as it is when the display begins.
        quiet: Show nothing.

    Colours follow `NO_COLOR`. The display is gone when the `with` block ends, however it ends.
    """

    def __init__(
        self, title: str, total_s: float | None, stream: TextIO | None = None, *, quiet: bool = False
    ) -> None:
        self._title = show.printable(title)
        self._total_s = total_s
        self._stream = stream
        self._quiet = quiet
        self._out: TextIO | None = None
        self._screen: Screen | None = None
        self._shown: Progress | None = None
        self._course: Course | None = None
        self._told, self._doing, self._at = 0, "", 0.0

    def __enter__(self) -> Self:
        stream = sys.stderr if self._stream is None else self._stream
        if not self._quiet and stream is not None:  # there is none when it was closed before Python began
            with self._or_nothing():
                self._begin(stream)
        return self

    def _begin(self, stream: TextIO) -> None:
        self._out = stream
        if stream.isatty() and os.environ.get("TERM", "").lower() not in ("dumb", "unknown"):
            from wswarm.report.screen import begin  # takes long to load, and lines need none of it
            from wswarm.report.sparkline import Course

            self._screen, self._course = begin(self._title, stream), Course()
        else:
            self._print(self._title)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._or_nothing():
            if self._screen is not None:
                self._screen.stop()
        self._screen = self._out = None

    def update(self, progress: Progress) -> None:
        """Show the progress, unless the last one was shown a moment ago in the same phase."""
        if self._course is not None:
            self._course.add(progress)
        if self._out is None or not self._is_due(progress):
            return
        self._shown = progress
        with self._or_nothing():
            if self._screen is not None and self._course is not None:
                from wswarm.report.screen import panel

                shown = panel(self._title, self._total_s, progress, self._course.lines())
                self._screen.update(shown, refresh=True)
            else:
                self._print(line(progress, self._total_s))

    def show_items(
        self,
        now: "Moment",
        items: Sequence[Item],
        line: Callable[[Item], str],
        panel: Callable[[], "RenderableType"],
    ) -> None:
        """Show how something stands that goes on item by item, unless nothing is new: the panel, or a line each.

        Args:
            items: Those that are over, those told before among them.
        """
        fresh, self._told = items[self._told :], len(items)
        is_due = now.doing != self._doing or now.elapsed_s - self._at >= REFRESH_S
        self._doing = now.doing
        if self._out is None:
            return
        with self._or_nothing():
            if self._screen is not None and (fresh or is_due):
                self._at = now.elapsed_s
                self._screen.update(panel(), refresh=True)
            elif self._screen is None:
                for item in fresh:
                    self._print(line(item))

    @contextmanager
    def _or_nothing(self) -> Iterator[None]:
        """Show nothing more once the stream can't be written: a run is worth more than its display."""
        try:
            yield
        except (OSError, ValueError):
            self._screen = self._out = None

    def _is_due(self, progress: Progress) -> bool:
        if self._shown is None or progress.phase != self._shown.phase:
            return True
        pause = LINE_S if self._screen is None else REFRESH_S
        return progress.elapsed_s - self._shown.elapsed_s >= pause - 1e-9

    def _print(self, text: str) -> None:
        if self._out is not None:
            print(text, file=self._out, flush=True)
