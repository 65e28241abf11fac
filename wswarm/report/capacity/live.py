"""A search while it goes on: the trials, and the bracket closing in."""

from functools import partial

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from wswarm.report.capacity.words import COLUMNS, figure, row
from wswarm.report.live import Live
from wswarm.results.capacity import SearchProgress, Trial

_SHOWN = 8  # trials


class CapacityLive(Live):
    """Shows how a search stands on `stream`: renewed on a terminal, else a line per trial."""

    def show(self, progress: SearchProgress) -> None:
        """Show how it stands, unless nothing is new."""
        self.show_items(
            progress, progress.trials, partial(line, progress), lambda: _panel(self._title, progress)
        )


def line(progress: SearchProgress, trial: Trial) -> str:
    """Return what is known after a trial as one plain line."""
    where = "bracket" if trial.round == 0 else f"round {trial.round}/{progress.rounds_wanted}"
    outcome = {True: "carried", False: "too much", None: "says nothing"}[trial.passed]
    clock = f"[{progress.elapsed_s:.0f}/{progress.budget_s:.0f} s]"
    return f"{clock} {where}: {figure(trial.load)} {outcome} ({trial.evidence}); {bracket(progress)}"


def bracket(progress: SearchProgress) -> str:
    """Return between which loads the answer lies so far."""
    return f"carried {figure(progress.carried)}, too much {figure(progress.failed)}"


def _panel(title: str, progress: SearchProgress) -> RenderableType:
    head = Table.grid(padding=(0, 1))
    done = min(progress.elapsed_s, progress.budget_s)
    bar = ProgressBar(total=progress.budget_s, completed=done, width=30, pulse=False)
    where = "bracket" if progress.round == 0 else f"round {progress.round}/{progress.rounds_wanted}"
    load = f"{figure(progress.load)}" if progress.load is not None else ""
    clock = f"{progress.elapsed_s:.0f} / {progress.budget_s:.0f} s"
    head.add_row(Text(f"{progress.doing:<9}", style="bold"), bar, clock, where, load, bracket(progress))
    rows = Table.grid(padding=(0, 2))
    rows.add_row(*(Text(name, style="dim") for name in COLUMNS))
    for trial in progress.trials[-_SHOWN:]:
        style = {True: "green", False: "red", None: "dim"}[trial.passed]
        rows.add_row(*(Text(cell, style=style, overflow="ellipsis", no_wrap=True) for cell in row(trial)))
    return Group(Text(title, style="bold", overflow="ellipsis", no_wrap=True), head, rows)
