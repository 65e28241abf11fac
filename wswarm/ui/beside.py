"""Stored runs side by side: their figures, each against the first, their distributions over each other."""

from collections.abc import Iterable, Sequence
from math import log10
from typing import NamedTuple

from wswarm.errors import PlanError
from wswarm.report import format as show
from wswarm.report import headline
from wswarm.report.ab import effects
from wswarm.report.ab.effects import EffectRow
from wswarm.report.compare import overlay, stored_runs
from wswarm.report.compare.bins import bin_edges, shares_in
from wswarm.report.compare.comparisons import Stored
from wswarm.report.compare.html import LOOKS
from wswarm.report.compare.stored_runs import Asked
from wswarm.results.run import Run
from wswarm.stats.compare.slices import Metric
from wswarm.stats.recording import Recording, of_run
from wswarm.stats.sample import Floats, Sample
from wswarm.ui import chart
from wswarm.ui.chart import Chart, Point, Series

_PER_NINE = 24  # points of a curve


class Report(NamedTuple):
    """One of those that are compared: a run, or the runs of a suite."""

    name: str
    runs: Sequence[Run]


class Against(NamedTuple):
    """One report against the first.

    Attributes:
        problem: Why the two can't be compared, if so; then there is nothing else.
    """

    head: str
    problem: str | None = None
    look: str = ""
    verdict: str = ""
    advisory: str | None = None
    reasons: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[EffectRow, ...] = ()
    notes: tuple[str, ...] = ()
    command: str = ""


class Beside(NamedTuple):
    """All of them.

    Attributes:
        figures: A row each: what it is, then its value in every report.
    """

    names: list[str]
    figures: list[tuple[str, list[str]]]
    against: list[Against]
    charts: list[Chart]


def beside(reports: Sequence[Report]) -> Beside:
    """Return the reports side by side; the first is what the others are held against."""
    base, *others = reports
    recordings = [[of_run(run) for run in report.runs] for report in reports]
    return Beside(
        [report.name for report in reports],
        [*_words(reports), *_figures(recordings)],
        [_against(base, other) for other in others],
        _charts([report.name for report in reports], recordings),
    )


def _words(reports: Sequence[Report]) -> list[tuple[str, list[str]]]:
    """Return what is to be known of the runs besides figures."""
    wanted = {
        "measured": headline.title,
        "target": headline.url,
        "began": lambda run: show.printable(run.started_at[:19].replace("T", " ")),
        "commit": lambda run: show.printable(run.environment.git or show.UNKNOWN),
        "verdict": headline.verdict,
        "objectives": lambda run: headline.objectives([run]) or show.UNKNOWN,
        "load": lambda run: ", ".join(headline.plan(run)),
    }
    return [(name, [_joined(map(of, report.runs)) for report in reports]) for name, of in wanted.items()]


def _joined(words: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(words))


def _figures(recordings: Sequence[Sequence[Recording]]) -> list[tuple[str, list[str]]]:
    """Return the figures that are compared, and what became of the messages."""
    values: list[dict[str, str]] = []
    for own in recordings:
        found: dict[str, str] = {}
        for recording in own:
            for reading in recording.readings:
                found.setdefault(reading.metric.name, effects.figure(reading.value, reading.metric))
            if recording.counts is not None:
                found.setdefault(f"{recording.name} lost", show.count(recording.counts.lost))
        values.append(found)
    names = dict.fromkeys(name for found in values for name in found)
    return [(show.printable(name), [found.get(name, show.UNKNOWN) for found in values]) for name in names]


def _against(base: Report, head: Report) -> Against:
    try:
        stored, _ = stored_runs.compared(Asked(base.name, head.name), base.runs, head.runs)
    except PlanError as error:
        return Against(head.name, problem=str(error))
    return _told(head.name, stored)


def _told(head: str, stored: Stored) -> Against:
    comparison, context = stored.comparison, stored.context
    is_advisory = context.advisory is not None and comparison.verdict != "invalid"
    return Against(
        head,
        look="suspect" if is_advisory else LOOKS[comparison.verdict],
        verdict=effects.verdict(comparison, context),
        advisory=context.advisory,
        reasons=tuple(map(show.printable, comparison.reasons)),
        columns=effects.columns(context),
        rows=tuple(effects.rows(comparison, context)),
        notes=tuple(map(show.printable, context.notes)),
        command=context.command,
    )


def _charts(names: Sequence[str], recordings: Sequence[Sequence[Recording]]) -> list[Chart]:
    """Return two charts for each sample that several of the reports have: percentiles and histogram."""
    found: dict[str, list[tuple[str, str, Sample]]] = {}
    for name, own in zip(names, recordings, strict=True):
        for recording in own:
            for what, (unit, sample) in overlay.samples_of(recording).items():
                found.setdefault(what, []).append((name, unit, sample))
    return [drawn for what, of in found.items() if len(of) > 1 for drawn in _pair(what, of)]


def _pair(what: str, of: Sequence[tuple[str, str, Sample]]) -> list[Chart]:
    metric = Metric(name=what, theta=0.05, unit=of[0][1])
    curves = [Series(name=name, look="line", points=_curve(sample, metric)) for name, _, sample in of]
    edges = bin_edges([sample for _, _, sample in of])
    bars = [Series(name=name, look="step", points=_bars(sample, edges, metric)) for name, _, sample in of]
    times = [point.y for curve in curves for point in curve.points]
    shares = [point.y for bar in bars for point in bar.points]
    up = chart.scale(what, times, lambda value: effects.figure(value, metric), is_zero_shown=True)
    across = chart.scale(what, edges.tolist(), lambda value: effects.figure(value, metric))
    share = chart.scale("share of the values", shares, effects.percent, is_zero_shown=True)
    nines = chart.percentiles(max(sample.n for _, _, sample in of))
    return [
        Chart(title=f"{what}: percentiles", x=nines, y=up, series=curves),
        Chart(title=f"{what}: histogram", x=across, y=share, series=bars),
    ]


def _curve(sample: Sample, metric: Metric) -> list[Point]:
    last = log10(max(sample.n, 1))
    steps = [number / _PER_NINE for number in range(int(last * _PER_NINE) + 1)]
    shares = sorted(
        {*(1 - 10**-step for step in steps), *(one for one in (0.5, 0.95) if sample.n > 1 / (1 - one))}
    )
    points = []
    for share in shares:
        value = sample.quantile(share)
        words = f"p{100 * share:.6g} {effects.figure(value, metric)}"
        points.append(Point(-log10(1 - share), value, words))
    return points


def _bars(sample: Sample, edges: Floats, metric: Metric) -> list[Point]:
    points = []
    ends = edges.tolist()
    for low, high, share in zip(ends, ends[1:], shares_in(sample, edges).tolist(), strict=False):
        words = f"{effects.figure(low, metric)} to {effects.figure(high, metric)}: {effects.percent(share)}"
        points.append(Point(low, share, words))
    return [*points, Point(ends[-1], 0.0, f"above {effects.figure(ends[-1], metric)}")]
