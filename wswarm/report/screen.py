"""A few lines on a terminal that renew themselves."""

from collections.abc import Sequence
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live as Screen
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from wswarm.report.standing import figures
from wswarm.results.progress import Progress


def begin(title: str, stream: TextIO) -> Screen:
    """Return the lines, begun: the title alone."""
    console = Console(file=stream, highlight=False, soft_wrap=True)
    screen = Screen(Text(title), console=console, auto_refresh=False, transient=True, redirect_stdout=False)
    screen.start(refresh=True)
    return screen


def panel(title: str, total_s: float | None, progress: Progress, courses: Sequence[str]) -> RenderableType:
    """Return the title, a bar of the time gone by, the figures below their names, and how they went."""
    shown = figures(progress)
    head = Table.grid(padding=(0, 1))
    clock = (
        f"{progress.elapsed_s:.0f} s" if total_s is None else f"{progress.elapsed_s:.0f} / {total_s:.0f} s"
    )
    bar = ProgressBar(
        total=total_s, completed=min(progress.elapsed_s, total_s or 0), width=30, pulse=total_s is None
    )
    head.add_row(Text(f"{progress.phase:<7}", style="bold"), bar, clock)
    table = Table.grid(padding=(0, 2))
    for name, _ in shown:
        table.add_column(min_width=max(len(name), 8))
    table.add_row(*(Text(name, style="dim") for name, _ in shown))
    table.add_row(*(Text(value, style=_style(name, value)) for name, value in shown))
    lines = [Text(line, style="dim", no_wrap=True) for line in courses]
    return Group(Text(title, style="bold", overflow="ellipsis", no_wrap=True), head, table, *lines)


def _style(name: str, value: str) -> str:
    return "red" if name in ("failed", "dropped", "lost so far") and value != "0" else ""
