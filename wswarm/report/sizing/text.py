"""The summary of a model in a terminal: at most 100 columns, or as many as there are from 60 on; plain text."""

import textwrap
from collections.abc import Sequence

from wswarm.report import format as show
from wswarm.report.columns import WIDTH
from wswarm.report.sizing import words
from wswarm.results.sizing import Model

_LABEL = 12


def summary(model: Model, width: int = WIDTH) -> str:
    """Return everything a reader wants to know of a model, ending with a newline."""
    lines = [
        show.shortened(f"wswarm {words.title(model)} · {show.printable(model.target)}", width),
        words.how(model),
        "",
        words.standing(model),
    ]
    for label, value in words.facts(model):
        wide = " " * (2 + _LABEL)
        lines += textwrap.wrap(f"  {label:<{_LABEL}}{value}", width, subsequent_indent=wide)
    for reason in model.reasons:
        lines += textwrap.wrap(f"! {show.printable(reason)}", width, subsequent_indent="  ")
    rows = [words.COLUMNS, *(words.row(cell) for cell in model.cells)]
    return "\n".join([*lines, "", *_table(rows, width)]) + "\n"


def _table(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        show.shortened(
            "  " + " ".join(f"{cell:>{wide}}" for cell, wide in zip(row, widths, strict=True)).rstrip(), width
        )
        for row in rows
    ]
