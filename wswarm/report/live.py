"""Progress while a run goes on: a few lines that renew themselves on a terminal, else a line now and then."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live as Screen
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from wswarm.report import format as show
from wswarm.results.progress import Progress

REFRESH_S = 0.25
LINE_S = 5.0


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
        self._console: Console | None = None
        self._screen: Screen | None = None
        self._shown: Progress | None = None

    def __enter__(self) -> Self:
        stream = sys.stderr if self._stream is None else self._stream
        if not self._quiet and stream is not None:  # there is none when it was closed before Python began
            with self._or_nothing():
                self._begin(stream)
        return self

    def _begin(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False, soft_wrap=True)
        if stream.isatty() and not self._console.is_dumb_terminal:
            self._screen = Screen(
                Text(self._title),
                console=self._console,
                auto_refresh=False,
                transient=True,
                redirect_stdout=False,
            )
            self._screen.start(refresh=True)
        else:
            self._print(self._title)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._or_nothing():
            if self._screen is not None:
                self._screen.stop()
        self._screen = self._console = None

    def update(self, progress: Progress) -> None:
        """Show the progress, unless the last one was shown a moment ago in the same phase."""
        if self._console is None or not self._is_due(progress):
            return
        self._shown = progress
        with self._or_nothing():
            if self._screen is not None:
                self._screen.update(_panel(self._title, self._total_s, progress), refresh=True)
            else:
                self._print(line(progress, self._total_s))

    @contextmanager
    def _or_nothing(self) -> Iterator[None]:
        """Show nothing more once the stream can't be written: a run is worth more than its display."""
        try:
            yield
        except (OSError, ValueError):
            self._screen = self._console = None

    def _is_due(self, progress: Progress) -> bool:
        if self._shown is None or progress.phase != self._shown.phase:
            return True
        pause = LINE_S if self._screen is None else REFRESH_S
        return progress.elapsed_s - self._shown.elapsed_s >= pause - 1e-9

    def _print(self, text: str) -> None:
        if self._console is not None:
            self._console.out(text, highlight=False)


def line(progress: Progress, total_s: float | None) -> str:
    """Return the progress as one plain line."""
    clock = f"{progress.elapsed_s:.0f} s" if total_s is None else f"{progress.elapsed_s:.0f}/{total_s:.0f} s"
    figures = ", ".join(f"{name} {value}" for name, value in _figures(progress))
    return f"[{clock}] {progress.phase}: {figures}"


def _figures(progress: Progress) -> list[tuple[str, str]]:
    """Return what is known, most important first."""
    opened, requested = show.count(progress.connections_open), show.count(progress.connections_requested)
    figures = [("connections", f"{opened}/{requested}")]
    if progress.failed:
        figures.append(("failed", show.count(progress.failed)))
    if progress.dropped:
        figures.append(("dropped", show.count(progress.dropped)))
    if progress.sent or progress.received:
        figures += [("sent", show.count(progress.sent)), ("received", show.count(progress.received))]
    known = (
        ("rate", progress.rate, show.rate),
        ("p50", progress.p50_s, show.seconds),
        ("p99", progress.p99_s, show.seconds),
    )
    figures += [(name, formatted(value)) for name, value, formatted in known if value is not None]
    if progress.lost is not None and progress.sent:
        figures.append(("lost so far", show.count(progress.lost)))
    return figures


def _panel(title: str, total_s: float | None, progress: Progress) -> RenderableType:
    head = Table.grid(padding=(0, 1))
    clock = (
        f"{progress.elapsed_s:.0f} s" if total_s is None else f"{progress.elapsed_s:.0f} / {total_s:.0f} s"
    )
    bar = ProgressBar(
        total=total_s, completed=min(progress.elapsed_s, total_s or 0), width=30, pulse=total_s is None
    )
    head.add_row(Text(f"{progress.phase:<7}", style="bold"), bar, clock)
    figures = Table.grid(padding=(0, 2))
    for name, _ in _figures(progress):
        figures.add_column(min_width=max(len(name), 8))
    figures.add_row(*(Text(name, style="dim") for name, _ in _figures(progress)))
    figures.add_row(*(Text(value, style=_style(name, value)) for name, value in _figures(progress)))
    return Group(Text(title, style="bold", overflow="ellipsis", no_wrap=True), head, figures)


def _style(name: str, value: str) -> str:
    return "red" if name in ("failed", "dropped", "lost so far") and value != "0" else ""
