"""A comparison in a terminal: at most 100 columns, or as many as there are from 60 on; plain text."""

import textwrap
from collections.abc import Sequence

from wswarm.report import format as show
from wswarm.report.ab import effects
from wswarm.report.ab.history import Entry, metric_names
from wswarm.report.columns import INDENT, WIDE, WIDTH, laid_out
from wswarm.report.context import Context
from wswarm.stats.compare.ab import Comparison

MOST_METRICS, MOST_ENTRIES = 5, 20


def summary(comparison: Comparison, context: Context, width: int = WIDE) -> str:
    """Return everything a reader wants to know of the comparison, ending with a newline."""
    most, width = width, min(width, WIDTH)
    lines = [f"wswarm {context.title} · {effects.sides(context)}", *effects.serving(context)]
    lines += [" · ".join(effects.facts(comparison, context))] if effects.facts(comparison, context) else []
    lines = [line for one in lines for line in textwrap.wrap(one, width)]
    lines += ["", effects.verdict(comparison, context)]
    if context.advisory is not None:
        lines += textwrap.wrap(context.advisory, width, initial_indent=INDENT, subsequent_indent=INDENT)
    for reason in comparison.reasons:
        lines += _bullet(show.printable(reason), width)
    lines += ["", *table(comparison, context, most)]
    if context.notes:
        lines += ["", "Notes"]
    for note in context.notes:
        lines += _bullet(show.printable(note), width)
    return "\n".join(lines) + "\n"


def _bullet(text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=f"{INDENT}- ", subsequent_indent=INDENT * 2, break_on_hyphens=False
    )


def table(comparison: Comparison, context: Context, width: int = WIDE) -> list[str]:
    """Return a line per figure: both versions, the change with its interval, the verdict."""
    cells: list[tuple[str, ...]] = [effects.columns(context)]
    for one in effects.rows(comparison, context):
        remark = f" ({one.remark})" if one.remark else ""
        metric = one.metric.removeprefix(f"{context.scenario} ")
        cells.append((metric, one.base, one.head, one.change, one.interval, f"{one.verdict}{remark}"))
    return laid_out(cells, width, is_text_last=True)


def trend(entries: Sequence[Entry]) -> str:
    """Return the last comparisons of a history, a row each and a column per metric."""
    names = metric_names(entries)[:MOST_METRICS]
    left_out = len(metric_names(entries)) - len(names)
    cells = [("made at", "head", "verdict", "lost", *(show.shortened(name, 24) for name in names))]
    for one in entries[-MOST_ENTRIES:]:
        word = f"{one.verdict} (advisory)" if one.is_advisory else one.verdict
        ratios = [one.metrics[name].ratio if name in one.metrics else None for name in names]
        head = show.shortened(effects.side(one.head), 32)
        cells.append((one.made_at, head, word, show.count(one.lost), *map(effects.change, ratios)))
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in cells]
    if left_out:
        lines.append(f"{show.plural(left_out, 'metric')} more in the file")
    return "\n".join(line.rstrip() for line in lines)
