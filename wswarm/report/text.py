"""The summary in a terminal: at most 100 columns, or as many as there are from 60 on; plain text."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from wswarm.report import format as show
from wswarm.report import headline
from wswarm.report.columns import INDENT, WIDTH, laid_out
from wswarm.report.sections import (
    SUITE_NOTE,
    Row,
    Section,
    Table,
    clock_notes,
    objective_result,
    sections,
    suite_table,
)
from wswarm.results.run import Run, SloResult

LABEL_WIDTH = 12
VALUE_WIDTH = 12


def summary(run: Run, width: int = WIDTH) -> str:
    """Return everything a reader wants to know of one run, ending with a newline."""
    lines = [
        show.shortened(f"wswarm {headline.title(run)} · {headline.url(run)}", width),
        *_wrapped(" · ".join(headline.plan(run)), "", width),
        "",
        *_verdict(run, width),
    ]
    for section in sections(run):
        lines += ["", *_section(section, width)]
    return "\n".join(lines) + "\n"


def suite_summary(
    runs: Sequence[Run], failures: Mapping[str, str] = MappingProxyType({}), width: int = WIDTH
) -> str:
    """Return one line per run of a suite, then what could not be measured, doubts and objectives that are not met.

    Args:
        failures: By scenario, why it could not be measured.
    """
    addresses = dict.fromkeys(headline.url(run) for run in runs)
    lines = [show.shortened(f"wswarm run · {address}", width) for address in addresses]
    objectives = headline.objectives(runs)
    lines += [
        "",
        *([objectives, ""] if objectives else []),
        *_table(suite_table(runs), width),
        *_wrapped(SUITE_NOTE, INDENT, width),
    ]
    for scenario, why in failures.items():
        lines += _bullet(f"{scenario} could not be measured: {show.printable(why)}", width)
    for run in runs:
        told = [headline.failure(run), *map(show.printable, run.notices)]
        notices = [f"{run.name or run.scenario}: {notice}" for notice in told if notice is not None]
        doubts = [f"{run.name or run.scenario}: {show.printable(reason)}" for reason in run.validity.reasons]
        unmet = [
            f"{run.name or run.scenario}: objective {_unmet(result)}" for result in run.slo if not result.met
        ]
        clocks = [f"{run.scenario}: {note}" for note in clock_notes(run)]
        lines += [line for text in (*notices, *doubts, *clocks, *unmet) for line in _bullet(text, width)]
    return "\n".join(lines) + "\n"


def _unmet(result: SloResult) -> str:
    expression, (word, _, why) = show.printable(result.expression), objective_result(result).partition(": ")
    return f"{word}: {expression}" + (f": {why}" if why else "")


def _verdict(run: Run, width: int) -> Iterable[str]:
    failure = headline.failure(run)
    if failure is not None:
        yield from _wrapped(failure, "", width)
    for notice in run.notices:
        yield from _bullet(show.printable(notice), width)
    objectives = headline.objectives([run])
    if objectives:
        yield objectives
    yield headline.verdict(run)
    for reason in run.validity.reasons:
        yield from _bullet(show.printable(reason), width)


def _bullet(text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=f"{INDENT}- ", subsequent_indent=INDENT * 2, break_on_hyphens=False
    )


def _wrapped(text: str, indent: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _section(section: Section, width: int) -> Iterable[str]:
    yield section.title
    label_width = max((LABEL_WIDTH, *(len(row.label) for row in section.rows)))
    for row in section.rows:
        yield from _row(row, label_width, width)
    if section.table is not None:
        if section.rows:
            yield ""
        yield from _table(section.table, width)
        if any(show.TOO_SMALL in row for row in section.table.rows):
            yield f"{INDENT}{show.UNKNOWN}: {show.TOO_SMALL} for that percentile"
    for note in section.notes:
        yield from _wrapped(note, INDENT, width)


def _row(row: Row, label_width: int, width: int) -> list[str]:
    label_width = min(label_width, width // 2)
    label = show.shortened(row.label, label_width)
    start = f"{INDENT}{label:<{label_width}}{row.value:>{VALUE_WIDTH}}"
    remark = " " * (len(start) + 3)
    lines = textwrap.wrap(row.remark, width, initial_indent=remark, subsequent_indent=remark)
    if not lines:
        return [start.rstrip()]
    return [start + lines[0][len(start) :], *lines[1:]]


def _table(table: Table, width: int) -> Iterable[str]:
    cells = [("", *table.columns), *table.rows]
    shown = [[show.UNKNOWN if cell == show.TOO_SMALL else cell for cell in row] for row in cells]
    return laid_out(shown, width, first=LABEL_WIDTH)
