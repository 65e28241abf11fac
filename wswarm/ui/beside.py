"""Stored runs side by side: their figures, each against the first, their distributions over each other."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from wswarm.errors import PlanError
from wswarm.report import format as show
from wswarm.report import headline
from wswarm.report.ab import effects
from wswarm.report.ab.effects import EffectRow
from wswarm.report.charts.chart import Drawn
from wswarm.report.charts.overlaid import add_overlaid
from wswarm.report.compare import overlay, stored_runs
from wswarm.report.compare.comparisons import Stored
from wswarm.report.compare.html import LOOKS
from wswarm.report.compare.stored_runs import Asked
from wswarm.results.run import Run
from wswarm.stats.recording import Recording, of_run
from wswarm.stats.sample import Sample


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
    drawn: Drawn


def beside(reports: Sequence[Report]) -> Beside:
    """Return the reports side by side; the first is what the others are held against."""
    base, *others = reports
    recordings = [[of_run(run) for run in report.runs] for report in reports]
    return Beside(
        [report.name for report in reports],
        [*_words(reports), *_figures(recordings)],
        [_against(base, other) for other in others],
        _drawn([report.name for report in reports], recordings),
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


def _drawn(names: Sequence[str], recordings: Sequence[Sequence[Recording]]) -> Drawn:
    """Return two charts for each sample that several of the reports have: a histogram and percentiles."""
    found: dict[str, tuple[str, list[tuple[str, Sample]]]] = {}
    for name, own in zip(names, recordings, strict=True):
        for recording in own:
            for what, (unit, sample) in overlay.samples_of(recording).items():
                found.setdefault(what, (unit, []))[1].append((name, sample))
    drawn = Drawn()
    for number, (what, (unit, samples)) in enumerate(found.items()):
        if len(samples) > 1:
            add_overlaid(drawn, f"overlay-{number}", show.printable(what), samples, unit=unit, what="value")
    return drawn
