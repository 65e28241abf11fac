"""A comparison while it goes on: each interval as it closes in, generation by generation."""

from math import log
from typing import TextIO

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from wswarm.report.ab import effects
from wswarm.report.ab.file import metric_name
from wswarm.report.live import REFRESH_S, Live
from wswarm.stats.compare.ab import Effect
from wswarm.stats.compare.comparison import AbProgress

_HALF = 20  # columns of the track to either side of no change
_REACH = 3.0  # thetas that they stand for


class AbLive(Live):
    """Shows how a comparison stands on `stream`: renewed on a terminal, else a line per generation."""

    def __init__(
        self, title: str, scenario: str, budget_s: float, stream: TextIO | None = None, *, quiet: bool = False
    ) -> None:
        super().__init__(title, budget_s, stream, quiet=quiet)
        self._scenario = scenario
        self._last: AbProgress | None = None

    def show(self, progress: AbProgress) -> None:
        """Show how it stands, unless nothing is new."""
        if self._out is None or not self._is_new(progress):
            return
        is_judged = progress.comparison is not None and (
            self._last is None or progress.comparison is not self._last.comparison
        )
        self._last = progress
        with self._or_nothing():
            if self._screen is not None:
                self._screen.update(_panel(self._title, self._scenario, progress), refresh=True)
            elif is_judged:
                self._print(ab_line(progress, self._scenario))

    def _is_new(self, progress: AbProgress) -> bool:
        last = self._last
        if last is None or (last.doing, last.generation) != (progress.doing, progress.generation):
            return True
        return last.comparison is not progress.comparison or progress.elapsed - last.elapsed >= REFRESH_S


def ab_line(progress: AbProgress, scenario: str) -> str:
    """Return what is known after a generation as one plain line."""
    comparison = progress.comparison
    if comparison is None:
        return f"[{progress.elapsed:.0f}/{progress.budget:.0f} s] {progress.doing}"
    changes = ", ".join(f"{_metric(one, scenario)} {_change(one)}" for one in _gating(progress))
    clock = f"[{progress.elapsed:.0f}/{progress.budget:.0f} s]"
    end = f": {comparison.verdict}" if comparison.is_decided else ""
    return f"{clock} generation {comparison.generations}/{progress.most}: {changes}{end}"


def track(effect: Effect) -> str:
    """Return a line with the interval on it: `│` no change, `┊` what must be caught, `●` the estimate."""
    cells = ["·"] * (2 * _HALF + 1)
    for at, sign in ((1 + effect.metric.theta, "┊"), (1 / (1 + effect.metric.theta), "┊"), (1.0, "│")):
        cells[_column(at, effect)] = sign
    if effect.ratio is None:
        return "".join(cells)
    if effect.low is not None and effect.high is not None:
        low, high = _column(effect.low, effect), _column(effect.high, effect)
        cells[low : high + 1] = ["─"] * (high + 1 - low)
        cells[low], cells[high] = "├", "┤"
    cells[_column(effect.ratio, effect)] = "●"
    return "".join(cells)


def _column(ratio: float, effect: Effect) -> int:
    share = log(max(ratio, 1e-9)) / (_REACH * log(1 + effect.metric.theta))
    return _HALF + round(_HALF * min(1.0, max(-1.0, share)))


def _gating(progress: AbProgress) -> list[Effect]:
    found = progress.comparison.effects if progress.comparison is not None else ()
    return [one for one in found if one.metric.is_gating]


def _metric(effect: Effect, scenario: str) -> str:
    return metric_name(effect.metric.name, scenario).removeprefix(f"{scenario} ")


def _change(effect: Effect) -> str:
    interval = effects.interval(effect.low, effect.high) if effect.low is not None else ""
    return f"{effects.change(effect.ratio)} {interval}".rstrip()


def _panel(title: str, scenario: str, progress: AbProgress) -> RenderableType:
    head = Table.grid(padding=(0, 1))
    bar = ProgressBar(
        total=progress.budget, completed=min(progress.elapsed, progress.budget), width=30, pulse=False
    )
    clock = f"{progress.elapsed:.0f} / {progress.budget:.0f} s"
    where = f"generation {progress.generation}/{progress.most}"
    if progress.doing == "measuring":
        where += f", slice {progress.slices}/{progress.slices_wanted}"
    head.add_row(Text(f"{progress.doing:<11}", style="bold"), bar, clock, where)
    rows = Table.grid(padding=(0, 2))
    for effect in _gating(progress):
        rows.add_row(_metric(effect, scenario), _change(effect))
        rows.add_row("", Text(track(effect)))
    return Group(Text(title, style="bold", overflow="ellipsis", no_wrap=True), head, rows)
