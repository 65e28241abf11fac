"""Sizing while it goes on: a line per cell, or on a terminal the cells so far."""

from functools import partial

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from wswarm.report.live import Live
from wswarm.report.sizing.words import COLUMNS, row
from wswarm.results.sizing import Cell
from wswarm.results.sizing_progress import SizingProgress

_SHOWN = 12  # cells


class SizingLive(Live):
    """Shows how sizing stands on `stream`: renewed on a terminal, else a line per cell."""

    def show(self, progress: SizingProgress) -> None:
        """Show how it stands, unless nothing is new."""
        self.show_items(
            progress, progress.cells, partial(line, progress), lambda: _panel(self._title, progress)
        )


def line(progress: SizingProgress, cell: Cell) -> str:
    """Return what is known after a cell as one plain line."""
    clock = f"[{progress.elapsed_s:.0f}/{progress.budget_s:.0f} s]"
    count = len(progress.cells)
    where = f"{clock} " + (f"cell {count} of {progress.wanted}" if count <= progress.wanted else "once more")
    workers, connections, rate, fanout, size, cpu, p50, p99, *_ = row(cell)
    return (
        f"{where}: {connections} connections, {rate} to {fanout} each, {size}, workers {workers}: CPU {cpu},"
        f" p50 {p50}, p99 {p99}"
    )


def _panel(title: str, progress: SizingProgress) -> RenderableType:
    head = Table.grid(padding=(0, 1))
    done = min(progress.elapsed_s, progress.budget_s)
    bar = ProgressBar(total=progress.budget_s, completed=done, width=30, pulse=False)
    clock = f"{progress.elapsed_s:.0f} / {progress.budget_s:.0f} s"
    count = min(len(progress.cells), progress.wanted)
    counted = f"{count} of {progress.wanted} cells" if progress.wanted else ""
    left = f"{len(progress.left_out)} left out" if progress.left_out else ""
    head.add_row(Text(f"{progress.doing:<9}", style="bold"), bar, clock, counted, left)
    rows = Table.grid(padding=(0, 2))
    rows.add_row(*(Text(name, style="dim") for name in COLUMNS))
    for cell in progress.cells[-_SHOWN:]:
        rows.add_row(*(Text(one, overflow="ellipsis", no_wrap=True) for one in row(cell)))
    return Group(Text(title, style="bold", overflow="ellipsis", no_wrap=True), head, rows)
