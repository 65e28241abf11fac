"""The summary of a model in a terminal: at most 100 columns, plain text."""

import textwrap
from collections.abc import Sequence

from wswarm.report import format as show
from wswarm.report.sizing import words
from wswarm.results.sizing import Model

_WIDTH, _LABEL = 100, 12


def summary(model: Model) -> str:
    """Return everything a reader wants to know of a model, ending with a newline."""
    lines = [
        show.shortened(f"wswarm {words.title(model)} · {show.printable(model.target)}", _WIDTH),
        words.how(model),
        "",
        words.standing(model),
    ]
    for label, value in words.facts(model):
        wide = " " * (2 + _LABEL)
        lines += textwrap.wrap(f"  {label:<{_LABEL}}{value}", _WIDTH, subsequent_indent=wide)
    for reason in model.reasons:
        lines += textwrap.wrap(f"! {show.printable(reason)}", _WIDTH, subsequent_indent="  ")
    rows = [words.COLUMNS, *(words.row(cell) for cell in model.cells)]
    return "\n".join([*lines, "", *_table(rows)]) + "\n"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        show.shortened(
            "  " + " ".join(f"{cell:>{wide}}" for cell, wide in zip(row, widths, strict=True)).rstrip(),
            _WIDTH,
        )
        for row in rows
    ]
